/** Reads order references from the arguments, and from stdin for the argument `-`. */
import { text as readText } from 'node:stream/consumers';
import { Args } from '@oclif/core';
import { UserError } from '../../user-error.ts';

const referenceForms = 'id, id prefix, latest, @-2 (second newest), ARN, or - for stdin';

/** Declares the argument of a command that takes one order. */
export const orderArg = () => Args.string({ description: referenceForms, required: true });

/** Returns the reference of a command that takes one order. Throws UserError if stdin contains several. */
export async function readReference(text: string, stdin?: NodeJS.ReadableStream): Promise<string> {
  const [reference = '', ...others] = await readReferences([text], stdin);
  if (others.length === 0) return reference;
  throw new UserError(`This command takes one order, but stdin contains ${others.length + 1}.`, {
    hint: `orders get ${reference}`,
  });
}

/** Declares the arguments of a command that takes any number of orders. */
export const ordersArg = () => Args.string({ description: referenceForms, multiple: true });

/** Returns the references of the arguments. The references on stdin replace `-`. */
export async function readReferences(
  texts: readonly string[],
  stdin?: NodeJS.ReadableStream,
): Promise<string[]> {
  // Node opens stdin when the property is read, which takes 3 ms.
  const piped = texts.includes('-') ? parseReferences(await readText(stdin ?? process.stdin)) : [];
  return texts.flatMap((text) => (text === '-' ? piped : [text]));
}

/**
 * Returns the order references in a text: the first word of each line, JSON with an `orderId`, or the `--json` output of another
 * command. Throws UserError if the text contains none.
 */
export function parseReferences(text: string): string[] {
  const document = parseJson(text);
  const found = document
    ? findOrderIds(document.value)
    : text.split('\n').flatMap((line) => {
        const parsed = parseJson(line);
        return parsed ? findOrderIds(parsed.value) : line.trim().split(/\s+/).slice(0, 1);
      });
  const references = [...new Set(found.filter(Boolean))];
  if (references.length > 0) return references;
  throw new UserError('Stdin contains no order ids.', {
    hint: 'orders list -o id | orders watch -',
    exit: 5,
    code: 'NotFound',
  });
}

/** Returns the ids in a JSON value: a string, an object with an `orderId`, a list of these, or a document with such `data`. */
function findOrderIds(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(findOrderIds);
  if (typeof value !== 'object' || value === null) return [];
  if ('orderId' in value && typeof value.orderId === 'string') return [value.orderId];
  return 'data' in value ? findOrderIds(value.data) : [];
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  // A line that is only a number is an order id.
  if (!/^\s*[{["]/.test(text)) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

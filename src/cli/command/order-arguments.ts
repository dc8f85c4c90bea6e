/** How commands take the orders they are about: as arguments, and from stdin where an argument is `-`. */
import { text as readText } from 'node:stream/consumers';
import { Args } from '@oclif/core';
import { UserError } from '../../user-error.ts';

const names = 'id, the beginning of one, latest, @-2 (the second newest), or an execution ARN';

/** The argument of a command that is about one order. */
export const orderArg = () =>
  Args.string({ description: `${names}; - reads it from stdin`, required: true });

/** The reference of a command that is about one order; `-` reads it from stdin. */
export async function readReference(
  text: string,
  stdin: NodeJS.ReadableStream = process.stdin,
): Promise<string> {
  const [reference = '', ...others] = await readReferences([text], stdin);
  if (others.length === 0) return reference;
  throw new UserError(`This is about one order, and stdin names ${others.length + 1}.`, {
    hint: `orders get ${reference}`,
  });
}

/** The arguments of a command that is about several orders; none are fine. */
export const ordersArg = () =>
  Args.string({ description: `${names}; - reads ids from stdin`, multiple: true });

/** The references that the arguments give, with what stdin holds in the place of `-`. */
export async function readReferences(
  texts: readonly string[],
  stdin: NodeJS.ReadableStream = process.stdin,
): Promise<string[]> {
  const piped = texts.includes('-') ? referencesIn(await readText(stdin)) : [];
  return texts.flatMap((text) => (text === '-' ? piped : [text]));
}

/** The orders that a text names: one a line, JSON with an `orderId`, or what `--json` of another command wrote. */
export function referencesIn(text: string): string[] {
  const whole = parseJson(text);
  const found = whole
    ? namedBy(whole.value)
    : text.split('\n').flatMap((line) => {
        const parsed = parseJson(line);
        return parsed ? namedBy(parsed.value) : line.trim().split(/\s+/).slice(0, 1);
      });
  const references = [...new Set(found.filter(Boolean))];
  if (references.length > 0) return references;
  throw new UserError('There are no order ids on stdin.', {
    hint: 'orders list -o id | orders watch -',
    exit: 5,
    code: 'NotFound',
  });
}

/** An order may be a string, an object with its id, or inside a document's `data`; a stream names it many times. */
function namedBy(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(namedBy);
  if (typeof value !== 'object' || value === null) return [];
  if ('orderId' in value && typeof value.orderId === 'string') return [value.orderId];
  return 'data' in value ? namedBy(value.data) : [];
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  // A bare number is an id, not JSON.
  if (!/^\s*[{["]/.test(text)) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Orders of the user's own, from a file. Pure. */
import { parseOrder } from '../../../functions/contract/order.ts';
import { UserError } from '../../user-error.ts';
import { waitsForReview } from './expected-outcome.ts';
import type { FileOrder } from './plan.ts';

interface Piece {
  readonly line: number;
  readonly text: string;
}

/** Reads a JSON array of orders, or one order a line. Throws a UserError that names the line and the field. */
export function parseOrderFile(text: string, name: string): FileOrder[] {
  const body = text.replace(/^\uFEFF/, '');
  const pieces = body.trimStart().startsWith('[') ? elementsOf(body, name) : linesOf(body);
  if (pieces.length === 0) throw refused(name, 'has no orders in it', []);
  return pieces.map((piece) => ({ line: piece.line, order: orderOf(piece, name) }));
}

function orderOf({ line, text }: Piece, name: string): FileOrder['order'] {
  const at = `${name}, line ${line}`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // What the parser quotes of it may be a customer's.
    throw refused(at, 'is not JSON', []);
  }
  const parsed = parseOrder(value);
  if (!parsed.ok) {
    const all = parsed.problems.map(({ field, message }) => `${field}: ${message}`);
    throw refused(at, `is not an order: ${parsed.problems[0]?.message}`, all);
  }
  const { customerId } = parsed.value;
  if (waitsForReview(parsed.value)) {
    throw refused(at, `waits for a person's review: customerId ${customerId}`, []);
  }
  return parsed.value;
}

function linesOf(text: string): Piece[] {
  const lines = text.split('\n').map((line, index) => ({ line: index + 1, text: line.trim() }));
  return lines.filter((each) => each.text !== '');
}

const tokens = /"(?:[^"\\]|\\.)*"|[[\]{},\n]/g;

/** The elements of a list as text, each with the line that it begins in. */
function elementsOf(text: string, name: string): Piece[] {
  const pieces: Piece[] = [];
  let [depth, line, from] = [0, 1, 0];
  let begun: number | undefined;
  for (const { 0: token, index } of text.matchAll(tokens)) {
    if (token === '\n') {
      line += 1;
      continue;
    }
    const [opens, closes] = ['[{'.includes(token), ']}'.includes(token)];
    const ends = depth === 1 && (closes || token === ',');
    if (ends) {
      const element = text.slice(from, index).trim();
      const isEmptyList = closes && element === '' && pieces.length === 0;
      if (!isEmptyList) pieces.push({ line: begun ?? line, text: element });
    }
    if (depth === 1) begun = ends ? undefined : (begun ?? line);
    if (ends || depth === 0) from = index + 1;
    depth += Number(opens) - Number(closes);
  }
  if (depth !== 0 || text.slice(from).trim() !== '') {
    throw refused(name, 'is not JSON: its list does not end where it should', []);
  }
  return pieces;
}

function refused(what: string, why: string, hints: readonly string[]): UserError {
  return new UserError(`--file ${what} ${why}.`, {
    hint:
      hints.length > 0
        ? hints
        : 'a JSON list of orders, or one a line: orders submit --sample low --dry-run',
    code: 'InvalidOrders',
  });
}

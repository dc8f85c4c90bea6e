/** Splits a file with several orders. Pure. */
import { UserError } from '../../user-error.ts';

/** Text of one order, and the line on which it starts. */
export interface OrderText {
  readonly line: number;
  readonly text: string;
}

export const orderFormatHint =
  'expected a JSON array of orders or one order per line; example: orders submit --sample low --dry-run';

/** Returns the texts of the orders in a JSON array, or of one order per line. Throws a UserError that begins with `name`. */
export function splitOrders(text: string, name: string): OrderText[] {
  const content = text.replace(/^\uFEFF/, '');
  const isArray = content.trimStart().startsWith('[');
  const orderTexts = isArray ? splitArray(content, name) : splitLines(content);
  if (orderTexts.length === 0) throw formatError(name, 'contains no orders');
  return orderTexts;
}

function splitLines(text: string): OrderText[] {
  const lines = text.split('\n').map((line, index) => ({ line: index + 1, text: line.trim() }));
  return lines.filter((line) => line.text !== '');
}

/** String literals, and the characters that structure a JSON text. */
const tokenPattern = /"(?:[^"\\]|\\.)*"|[[\]{},\n]/g;

/** State of the scan of a JSON array. */
interface ArrayScan {
  readonly text: string;
  readonly elements: OrderText[];
  line: number;
  /** Nesting depth; 1 between the elements of the array. */
  depth: number;
  /** Start of the current element. */
  start: number;
  /** Line of the first token of the current element. */
  startLine: number | undefined;
}

/** Splits a JSON array into its elements. Throws a UserError if the array does not end at the end of the text. */
function splitArray(text: string, name: string): OrderText[] {
  const scan: ArrayScan = {
    text,
    elements: [],
    line: 1,
    depth: 0,
    start: 0,
    startLine: undefined,
  };
  for (const { 0: token, index } of text.matchAll(tokenPattern)) {
    if (token === '\n') scan.line += 1;
    else scanToken(scan, token, index);
  }
  if (scan.depth !== 0 || text.slice(scan.start).trim() !== '') {
    throw formatError(name, 'is not JSON: the array does not end at the end of the file');
  }
  return scan.elements;
}

function scanToken(scan: ArrayScan, token: string, index: number): void {
  const isOpening = token === '[' || token === '{';
  const isClosing = token === ']' || token === '}';
  const endsElement = scan.depth === 1 && (isClosing || token === ',');
  if (endsElement) addElement(scan, index, isClosing);
  if (scan.depth === 1) scan.startLine = endsElement ? undefined : (scan.startLine ?? scan.line);
  if (endsElement || scan.depth === 0) scan.start = index + 1;
  scan.depth += Number(isOpening) - Number(isClosing);
}

/** Adds the element that ends at `end`, unless the array is empty. */
function addElement(scan: ArrayScan, end: number, isLast: boolean): void {
  const text = scan.text.slice(scan.start, end).trim();
  const isEmptyArray = isLast && text === '' && scan.elements.length === 0;
  if (!isEmptyArray) scan.elements.push({ line: scan.startLine ?? scan.line, text });
}

function formatError(name: string, problem: string): UserError {
  return new UserError(`${name} ${problem}.`, { hint: orderFormatHint, code: 'InvalidOrders' });
}

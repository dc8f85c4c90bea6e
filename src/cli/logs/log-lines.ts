/** Log entries as lines: for people at a terminal, for grep, and for programs. */
import { stripVTControlCharacters, styleText } from 'node:util';
import type { LogEntry, LogLevel } from '../../orders/logs/entry.ts';
import { line } from '../command/json-output.ts';

export interface LineView {
  readonly stream: NodeJS.WriteStream;
  /** Whether the lines are of several orders. */
  readonly withOrder: boolean;
}

const styles: Readonly<Record<LogLevel, Parameters<typeof styleText>[0]>> = {
  TRACE: 'dim',
  DEBUG: 'dim',
  INFO: 'green',
  WARN: 'yellow',
  ERROR: 'red',
  FATAL: 'red',
};
const orderColours = ['cyan', 'magenta', 'blue', 'yellow', 'green', 'redBright'] as const;
const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const orderWidth = 16;
const stepWidth = 23;

/** The entry for a person: the local time, the order in its own colour, the step and what happened. */
export function prettyLine(entry: LogEntry, { stream, withOrder }: LineView): string {
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream });
  const { orderId = '', level } = entry;
  const order = withOrder
    ? `${style(colourOf(orderId), clipped(orderId, orderWidth).padEnd(orderWidth))} `
    : '';
  const fields = factsOf(entry);
  return `${style('dim', clock(entry.timestamp))} ${order}${stepOf(entry).padEnd(stepWidth)} ${style(styles[level], level.padEnd(5))} ${what(entry)}${fields ? style('dim', `  ${fields}`) : ''}\n`;
}

/** The entry as one timestamped fact. */
export function plainLine(entry: LogEntry): string {
  const { timestamp, orderId = '-', source, step = source, level, attempt } = entry;
  const facts = [attempt && attempt > 1 ? `attempt=${attempt}` : '', factsOf(entry)];
  const more = facts.filter(Boolean).join(' ');
  return `${new Date(timestamp).toISOString()} ${orderId} ${step} ${level} ${oneLine(entry.text)}${more ? ` ${more}` : ''}\n`;
}

/** The entry as a record of a stream. */
export function jsonLine(entry: LogEntry, replay: boolean): string {
  return line(logRecord(entry, replay));
}

/** What a record of `orders logs --json` holds of an entry. */
export function logRecord(entry: LogEntry, replay: boolean) {
  const {
    id,
    timestamp,
    ingested,
    source,
    level,
    text,
    orderId,
    step,
    attempt,
    requestId,
    fields,
  } = entry;
  return {
    type: 'log' as const,
    ts: new Date(timestamp).toISOString(),
    ingestedAt: new Date(ingested).toISOString(),
    id,
    source,
    level,
    message: text,
    ...(orderId === undefined ? {} : { orderId }),
    ...(step === undefined ? {} : { step }),
    ...(attempt === undefined ? {} : { attempt }),
    ...(requestId === undefined ? {} : { requestId }),
    fields,
    replay,
  };
}

function stepOf({ step, source, attempt = 1 }: LogEntry): string {
  const again =
    attempt > 1 ? Array.from(String(attempt), (digit) => superscripts[Number(digit)]) : [];
  return `${step ?? source}${again.join('')}`;
}

/** The step's own name is beside it. */
function what({ step, text }: LogEntry): string {
  const short = step && text.startsWith(`${step} `) ? text.slice(step.length + 1) : text;
  return oneLine(short);
}

function factsOf({ fields }: LogEntry): string {
  const facts = Object.entries(fields).map(([key, value]) => {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return `${key}=${/^[^\s"]+$/.test(text) ? text : JSON.stringify(text)}`;
  });
  return oneLine(facts.join(' '));
}

/** On one line, and unable to steer the terminal. */
function oneLine(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  return stripVTControlCharacters(text.trimEnd())
    .replace(/\r?\n/g, ' ⏎ ')
    .replace(/\p{Cc}/gu, ' ');
}

/** The same colour for the same order, in every run. */
function colourOf(orderId: string): (typeof orderColours)[number] {
  let hash = 0;
  for (let index = 0; index < orderId.length; index += 1) {
    hash = (hash * 31 + orderId.charCodeAt(index)) >>> 0;
  }
  return orderColours[hash % orderColours.length] ?? 'cyan';
}

function clipped(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** `08:12:04.402` on the local clock. */
function clock(ms: number): string {
  const at = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const seconds = `${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
  return `${two(at.getHours())}:${two(at.getMinutes())}:${seconds}`;
}

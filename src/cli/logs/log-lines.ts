/** Formats log entries as lines: for the terminal, for pipes and as JSON. */
import type { LogEntry, LogLevel } from '../../orders/logs/entry.ts';
import { formatRecord } from '../command/json-output.ts';
import { applyStyle, removeControls, type TextStyle } from '../terminal/output-guard.ts';
import { clip } from '../terminal/table.ts';

export interface LineView {
  readonly stream: NodeJS.WriteStream;
  /** Whether a line contains its order id, which is needed if the lines belong to several orders. */
  readonly withOrder: boolean;
}

export const levelStyles: Readonly<Record<LogLevel, TextStyle>> = {
  TRACE: 'dim',
  DEBUG: 'dim',
  INFO: 'green',
  WARN: 'yellow',
  ERROR: 'red',
  FATAL: 'red',
};
const orderColors = ['cyan', 'magenta', 'blue', 'yellow', 'green', 'redBright'] as const;
const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const orderWidth = 16;
/** Width of the column of the steps (terminal columns). */
export const stepWidth = 23;

/** Returns the entry for the terminal: the local time, the order in its own color, the step, the level and the message. */
export function formatTerminalLine(entry: LogEntry, { stream, withOrder }: LineView): string {
  const style = (format: TextStyle, text: string) => applyStyle(format, text, stream);
  const { orderId = '', level } = entry;
  const order = style(orderColor(orderId), clip(orderId, orderWidth).padEnd(orderWidth));
  const { clock, step, message, fields } = toLogTexts(entry);
  const parts = [
    style('dim', clock),
    ...(withOrder ? [order] : []),
    step.padEnd(stepWidth),
    style(levelStyles[level], level.padEnd(5)),
    message,
  ];
  return `${parts.join(' ')}${fields ? style('dim', `  ${fields}`) : ''}\n`;
}

/** Returns the parts of an entry as text: the local time, the step with its attempt, the message and the other fields. */
export function toLogTexts(entry: LogEntry) {
  return {
    clock: formatClock(entry.timestamp),
    step: formatStep(entry),
    message: shortMessage(entry),
    fields: formatFields(entry),
  };
}

/** Returns the entry for pipes: the UTC time, the order, the step, the level, the message and `key=value` facts. */
export function formatPlainLine(entry: LogEntry): string {
  const { timestamp, orderId = '-', source, step = source, level, attempt } = entry;
  const facts = [attempt && attempt > 1 ? `attempt=${attempt}` : '', formatFields(entry)];
  const parts = [new Date(timestamp).toISOString(), orderId, step, level, oneLine(entry.text)];
  return `${[...parts, ...facts.filter(Boolean)].join(' ')}\n`;
}

/** Returns the entry as a JSON record. */
export function formatJsonLine(entry: LogEntry, replay: boolean): string {
  return formatRecord(toLogRecord(entry, replay));
}

/** Converts an entry to a record of `orders logs --json`. */
export function toLogRecord(entry: LogEntry, replay: boolean) {
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

function formatStep({ step, source, attempt = 1 }: LogEntry): string {
  if (attempt <= 1) return step ?? source;
  const digits = Array.from(String(attempt), (digit) => superscripts[Number(digit)]);
  return `${step ?? source}${digits.join('')}`;
}

/** Returns the message without the name of its step, which has a column of its own. */
function shortMessage({ step, text }: LogEntry): string {
  const short = step && text.startsWith(`${step} `) ? text.slice(step.length + 1) : text;
  return oneLine(short);
}

function formatFields({ fields }: LogEntry): string {
  const facts = Object.entries(fields).map(([key, value]) => {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return `${key}=${/^[^\s"]+$/.test(text) ? text : JSON.stringify(text)}`;
  });
  return oneLine(facts.join(' '));
}

/** Returns the text on one line and without control characters, so that it cannot control the terminal. */
function oneLine(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  return removeControls(text.trimEnd().replace(/\r?\n|[\u2028\u2029]/g, ' ⏎ ')).replaceAll(
    '\t',
    ' ',
  );
}

/** Returns the color of an order, which is the same in every run. */
function orderColor(orderId: string): (typeof orderColors)[number] {
  let hash = 0;
  for (let index = 0; index < orderId.length; index += 1) {
    hash = (hash * 31 + orderId.charCodeAt(index)) >>> 0;
  }
  return orderColors[hash % orderColors.length] ?? 'cyan';
}

/** Formats a time in the local time zone with milliseconds: `08:12:04.402`. */
function formatClock(ms: number): string {
  const at = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const seconds = `${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
  return `${two(at.getHours())}:${two(at.getMinutes())}:${seconds}`;
}

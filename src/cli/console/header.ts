/** The lines above the panes: the environment, the orders by state, their rates, and the use of quotas. */
import { isTerminal, type TerminalStatus } from '../../../functions/contract/workflow.ts';
import type { ConsoleOrder, ConsoleSnapshot } from '../../orders/console/snapshot.ts';
import type { QuotaUse } from '../../orders/metrics/quotas.ts';
import { formatAge } from '../terminal/format-time.ts';
import { applyStyle, type TextStyle } from '../terminal/output-guard.ts';
import { clip, printable } from '../terminal/table.ts';
import { dim } from '../terminal/terminal.ts';
import { wrapText } from './panes/pane-lines.ts';
import { formatSparkline } from './sparkline.ts';
import { alignRight, fitParts, textWidth } from './styled-line.ts';

export interface HeaderInput {
  readonly snapshot: ConsoleSnapshot | undefined;
  readonly label: string;
  readonly isProtected: boolean;
  readonly stream: NodeJS.WriteStream;
  readonly columns: number;
  /** Whether the screen is low: rates are not shown, and the reason of a gap takes the place of the counts. */
  readonly isShort: boolean;
  /** ms since the epoch. */
  readonly now: number;
}

/** Maximum number of lines for the reason of a gap and its command. */
const maxGapLines = 2;
/** Narrower screens show shorter texts (columns). */
const narrowColumns = 60;

/** Returns two lines on a low screen, else three, and one or two more while reading fails. */
export function formatHeader(input: HeaderInput): string[] {
  const gapLines = formatGap(input);
  const counts = formatCounts(input);
  if (input.isShort) return [formatTarget(input), gapLines[0] ?? counts];
  return [formatTarget(input), counts, formatRates(input), ...gapLines];
}

/** Returns why reading fails, and the command that may end that; no lines if it does not fail. */
function formatGap({ snapshot, isShort, stream, columns }: HeaderInput): string[] {
  const { gapReason } = snapshot ?? {};
  if (gapReason === undefined) return [];
  const { reason = '', command } = gapCommand.exec(printable(gapReason))?.groups ?? {};
  const hint = command ? ` · ${command}` : '';
  const start = columns < narrowColumns ? '! ' : '! not visible right now: ';
  const space = Math.max(8, columns - start.length - hint.length);
  const text = (shown: string) => wrapText(start + shown + hint, columns);
  const whole = text(reason);
  // The command stays visible: the reason is shortened.
  const lines = isShort || whole.length > maxGapLines ? text(clip(reason, space)) : whole;
  return lines.slice(0, maxGapLines).map((line) => applyStyle('yellow', line, stream));
}

/** The reason of a gap, and the command in it that may end the gap. */
const gapCommand = /^(?<reason>.*?)(?:: (?<command>(?:orders|aws|eval) .*))?$/;

function formatTarget(input: HeaderInput): string {
  const { snapshot, label, isProtected, isShort, stream, columns, now } = input;
  const protection = isProtected
    ? applyStyle('yellow', 'protected', stream)
    : dim('not protected', stream);
  const left = fitParts([applyStyle('bold', printable(label), stream), protection], columns);
  if (!snapshot) return alignRight(left, dim('reading…', stream), columns);
  const age = `${formatAge(now - snapshot.readAt)} ago`;
  const isOld = snapshot.gapReason !== undefined;
  const right = isOld ? applyStyle('yellow', age, stream) : dim(age, stream);
  const quotas = formatQuotas(snapshot.quotas, columns);
  const use = quotas === '' ? '' : dim(`${quotas} · `, stream);
  const line = isShort ? left : alignRight(left, use + right, columns);
  return line === left ? alignRight(left, right, columns) : line;
}

type State = 'stuck' | 'review' | 'waiting' | 'paused' | 'running' | TerminalStatus;

interface StateLabel {
  readonly label: string;
  /** The sign of such orders in the list, for narrow screens. */
  readonly sign: string;
  readonly style: TextStyle;
}

/** How the numbers of orders in each state are shown; urgent states come first. */
const states: Readonly<Record<State, StateLabel>> = {
  stuck: { label: 'stuck', sign: '!', style: 'red' },
  review: { label: 'in review', sign: '?', style: 'yellow' },
  waiting: { label: 'waiting', sign: '↻', style: 'yellow' },
  failed: { label: 'failed', sign: '✗', style: 'red' },
  paused: { label: 'paused', sign: '‖', style: 'yellow' },
  running: { label: 'running', sign: '◔', style: 'cyan' },
  cancelled: { label: 'cancelled', sign: '↶', style: 'yellow' },
  completed: { label: 'completed', sign: '✓', style: 'green' },
};

function stateOf({ attention, isPaused, status }: ConsoleOrder): State {
  if (isTerminal(status)) return status;
  if (attention === 'stuck' || attention === 'review' || attention === 'waiting') return attention;
  return isPaused ? 'paused' : 'running';
}

/** The numbers of orders in each state, and of orders with a dead letter or a contradiction, which are in a state as well. */
type Counts = ReadonlyMap<State | 'dead-letter' | 'flagged', number>;

const counted = new WeakMap<readonly ConsoleOrder[], Counts>();

/** Counts the orders by state, once for each snapshot. */
function countStates(orders: readonly ConsoleOrder[]): Counts {
  const known = counted.get(orders);
  if (known) return known;
  const counts = new Map<State | 'dead-letter' | 'flagged', number>();
  const add = (name: State | 'dead-letter' | 'flagged') =>
    counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const order of orders) {
    const { attention } = order;
    add(stateOf(order));
    if (attention === 'dead-letter' || attention === 'flagged') add(attention);
  }
  counted.set(orders, counts);
  return counts;
}

function formatCounts({ snapshot, stream, columns }: HeaderInput): string {
  if (!snapshot) return dim('Reading the orders…', stream);
  const counts = countStates(snapshot.orders);
  const shown = Object.entries(states).flatMap(([state, label]) => {
    const count = counts.get(state as State) ?? 0;
    return count > 0 ? [{ ...label, count }] : [];
  });
  const { deadLetters = counts.get('dead-letter') ?? 0, isTruncated } = snapshot;
  const letters =
    deadLetters > 0 ? `${deadLetters} dead letter${deadLetters === 1 ? '' : 's'}` : '';
  const flagged = counts.get('flagged') ?? 0;
  const newest = isTruncated ? dim(`of the newest ${snapshot.orders.length}`, stream) : '';
  const alarms = [letters, flagged > 0 ? `${flagged} flagged` : ''];
  const alarmed = alarms.map((text) => applyStyle('yellow', text, stream)).filter(Boolean);
  const parts = shown.map(({ count, label, style }) =>
    applyStyle(style, `${count} ${label}`, stream),
  );
  const whole = [...alarmed, ...parts].join(' · ');
  if (textWidth(whole) <= columns)
    return fitParts([...alarmed, ...parts, newest], columns) || dim('no orders', stream);
  const short = shown.map(({ count, sign, style }) => applyStyle(style, `${sign}${count}`, stream));
  return fitParts([...alarmed, short.join(' ')], columns);
}

/** The labels, the sums and the distances between them take about this many columns. */
const rateTextWidth = 58;

function formatRates({ snapshot, stream, columns }: HeaderInput): string {
  if (!snapshot) return '';
  const { rates } = snapshot;
  const rows = [
    ['started', rates.started, 'cyan'],
    ['completed', rates.completed, 'green'],
    ['unsuccessful', rates.failed, 'red'],
  ] as const;
  const bars = Math.max(4, Math.floor((columns - rateTextWidth) / rows.length));
  const parts = rows.map(([label, numbers, style]) => {
    const sum = numbers.reduce((total, number) => total + number, 0);
    const text = `${label} ${formatSparkline(mergePeriods(numbers, bars))} ${sum}`;
    return sum > 0 ? applyStyle(style, text, stream) : dim(text, stream);
  });
  const span = dim(`last ${formatAge(rates.periodMs * rates.started.length)}:`, stream);
  return fitParts([`${span} ${parts[0]}`, ...parts.slice(1)], columns, '  ');
}

/** Returns the sums of neighbouring periods, so that at most `maxPeriods` are left. */
function mergePeriods(numbers: readonly number[], maxPeriods: number): number[] {
  const size = Math.ceil(numbers.length / maxPeriods);
  // The newest period is always whole.
  const first = numbers.length % size;
  const starts = [...(first > 0 ? [0] : [])];
  for (let start = first; start < numbers.length; start += size) starts.push(start);
  return starts.map((start, index) =>
    numbers.slice(start, starts[index + 1]).reduce((sum, number) => sum + number, 0),
  );
}

const quotaNames: Readonly<Record<QuotaUse['quota'], string>> = {
  'reads-a-second': 'reads',
  'starts-a-second': 'starts',
  'running-executions': 'executions',
};

/** Returns the use of quotas: only that of reads, which this program causes, if there is little space. */
export function formatQuotas(quotas: readonly QuotaUse[], columns: number): string {
  const shown = quotas.filter(({ quota }) => columns >= 140 || quota === 'reads-a-second');
  return shown
    .map(({ quota, used, limit, atLeast }) => {
      const number = Number.isInteger(used) ? String(used) : used.toFixed(1);
      const unit = quota === 'running-executions' ? '' : ' rps';
      return `${quotaNames[quota]} ${number}${atLeast ? '+' : ''}/${formatLimit(limit)}${unit}`;
    })
    .join(' · ');
}

const formatLimit = (limit: number) => (limit >= 1e6 ? `${limit / 1e6}M` : String(limit));

import { stages as declaredStages } from '../../../../functions/contract/workflow.ts';
import type { Metrics } from '../../../orders/metrics/metrics.ts';
import { minSamplesForPercentiles } from '../../../workflow/statistics.ts';
import { formatLatency, formatLocalTime } from '../../terminal/format-time.ts';
import { applyStyle } from '../../terminal/output-guard.ts';
import { type Column, clip, formatTable } from '../../terminal/table.ts';
import { formatTitle, type LineOptions } from './pane-lines.ts';

type StageRow = Metrics['stages'][number] & {
  /** Why the row stands out. */
  readonly note: string;
  readonly isWait: boolean;
  /** The median as a share of the slowest step's (0 to 1). */
  readonly share: number;
};

/** Maximum width of the bars (columns). */
const barColumns = 20;

const columns: readonly Column<StageRow>[] = [
  { title: 'STAGE', text: ({ stage }) => stage, minWidth: 12, style: rowStyle },
  { title: 'n', text: ({ n }) => String(n), align: 'right', dropPriority: 2 },
  { title: 'p50', text: ({ median }) => formatLatency(median), align: 'right' },
  {
    title: 'p95',
    text: ({ p95 }) => (p95 === undefined ? '-' : formatLatency(p95)),
    align: 'right',
  },
  { title: '', text: ({ note }) => note, style: rowStyle },
  {
    title: '',
    text: ({ share, isWait }) => (isWait ? '' : '█'.repeat(Math.round(share * barColumns))),
    dropPriority: 3,
    style: rowStyle,
  },
];

function rowStyle({ note, isWait }: StageRow) {
  if (isWait) return 'dim';
  return note ? 'yellow' : undefined;
}

/** Returns the durations of the stages as a table. The slowest step is marked; waits have a set length and are not compared. */
export function formatStageDurations(
  { stages, since, source }: Metrics,
  { columns: width, stream, now }: LineOptions & { readonly now: number },
): string[] {
  const start = formatLocalTime(since, new Date(now));
  const title = formatTitle(clip(`STAGES since ${start}`, width), stream);
  if (stages.length === 0) {
    const reason =
      source === 'orders table' ? 'no stage has ended yet' : 'no permission to read the orders';
    return [title, applyStyle('dim', clip(reason, width), stream)];
  }
  const rows = toRows(stages);
  const slowest = rows.find(({ note }) => note === 'slowest');
  // The row may be below the edge of a low screen.
  const name = slowest ? ` · slowest: ${slowest.stage} ${formatLatency(slowest.median)}` : '';
  const heading = formatTitle(clip(`STAGES since ${start}${name}`, width), stream);
  const table = formatTable(rows, columns, { header: true, width, stream }).trimEnd().split('\n');
  const isSmall = stages.every(({ p95 }) => p95 === undefined);
  const note = `p95 requires ${minSamplesForPercentiles} orders`;
  return [heading, ...table, ...(isSmall ? [applyStyle('dim', clip(note, width), stream)] : [])];
}

function toRows(stages: Metrics['stages']): StageRow[] {
  const steps = stages.filter(({ stage }) => isStep(stage));
  const [slowest] = steps.toSorted((a, b) => b.median - a.median);
  const [slowestTail] = steps.toSorted((a, b) => (b.p95 ?? 0) - (a.p95 ?? 0));
  return stages.map((row) => {
    const isTail = row === slowestTail && row.p95 !== undefined && slowestTail !== slowest;
    const tail = isTail ? 'max p95' : '';
    const isWait = !isStep(row.stage);
    const mark = row === slowest ? 'slowest' : tail;
    const share = slowest && slowest.median > 0 ? row.median / slowest.median : 0;
    return { ...row, isWait, note: isWait ? 'wait' : mark, share };
  });
}

const isStep = (name: string) =>
  declaredStages.some(({ id, kind }) => id === name && kind === 'step');

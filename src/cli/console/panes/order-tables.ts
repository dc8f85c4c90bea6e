/** Tables of an order: the attempts of its current step, and its transitions. */
import type { OrderRecord, Transition } from '../../../../functions/contract/api.ts';
import { isTerminal } from '../../../../functions/contract/workflow.ts';
import type { OrderDetail } from '../../../orders/console/order-detail.ts';
import { activeStage, workflowProgress } from '../../../workflow/progress.ts';
import { statusStyle } from '../../../workflow/status-style.ts';
import type { Span } from '../../../workflow/timeline.ts';
import type { ExecutionActivity } from '../../../workflow/work.ts';
import { formatSteps } from '../../history/steps-and-events.ts';
import { formatShortDuration } from '../../terminal/format-short-duration.ts';
import { applyStyle } from '../../terminal/output-guard.ts';
import { type Column, formatTable } from '../../terminal/table.ts';
import { formatClock } from './order-facts.ts';
import { formatFact, formatTitle, type LineOptions } from './pane-lines.ts';

/** Number of attempts that are shown, the newest. */
const maxAttempts = 5;

/** Returns the newest attempts of the step that runs or has failed; without its history, the number of attempts of repeated steps. */
export function formatAttempts(detail: OrderDetail, options: LineOptions): string[] {
  const { report, activity, view } = detail;
  const { order } = view ?? {};
  const active = activeStage(workflowProgress(order))?.id;
  const current = activity?.retry?.step ?? order?.failure?.stage ?? active;
  const spans = report?.timeline.spans.filter(
    ({ name, kind, attempts }) => name === current && kind === 'step' && !isQuickSuccess(attempts),
  );
  if (!report || !spans || spans.length === 0) return formatRepeated(activity, options);
  const { pauses: _, ...timeline } = report.timeline;
  const { columns: width, stream } = options;
  const table = formatSteps({ ...timeline, spans }, { header: true, width, stream });
  const [header = '', ...attempts] = table.trimEnd().split('\n');
  const earlier = attempts.length - maxAttempts;
  const note = `${earlier} earlier ${earlier === 1 ? 'attempt' : 'attempts'}`;
  return [
    header,
    ...(earlier > 0 ? [applyStyle('dim', note, stream)] : []),
    ...attempts.slice(-maxAttempts),
  ];
}

/** Whether the first attempt succeeded, which the view of the workflow shows as well. */
const isQuickSuccess = ([first, ...others]: Span['attempts']) =>
  others.length === 0 && first?.endMs !== undefined && first.error === undefined;

function formatRepeated(activity: ExecutionActivity | undefined, options: LineOptions): string[] {
  const repeated = Object.entries(activity?.attempts ?? {});
  if (repeated.length === 0) return [];
  const text = repeated.map(([step, attempts]) => `${step} ×${attempts}`).join(', ');
  return formatFact({ name: 'attempts', text }, options);
}

interface TransitionRow extends Transition {
  /** Time since the transition before (ms). */
  readonly afterMs?: number;
  readonly isLast: boolean;
}

const transitionColumns = (now: number): readonly Column<TransitionRow>[] => [
  { title: 'TIME', text: ({ at }) => formatClock(at, now) },
  {
    title: 'AFTER',
    text: ({ afterMs }) => (afterMs === undefined ? '' : formatShortDuration(afterMs)),
    align: 'right',
    dropPriority: 1,
  },
  {
    title: 'STATUS',
    text: ({ status }) => status,
    // The statuses that an order has passed are neither running nor an outcome.
    style: ({ status, isLast }) => (isLast || isTerminal(status) ? statusStyle(status) : undefined),
  },
];

/** Returns the transitions of an order, newest first, each with the time since the one before. */
export function formatTransitions(
  order: Pick<OrderRecord, 'transitions'> | undefined,
  { columns: width, stream, now }: LineOptions & { readonly now: number },
): string[] {
  const { transitions = [] } = order ?? {};
  if (transitions.length === 0) return [];
  const rows = transitions.map((transition, index): TransitionRow => {
    const before = transitions[index - 1];
    const isLast = index === transitions.length - 1;
    if (!before) return { ...transition, isLast };
    return { ...transition, isLast, afterMs: Date.parse(transition.at) - Date.parse(before.at) };
  });
  const table = formatTable(rows.toReversed(), transitionColumns(now), {
    header: true,
    width,
    stream,
  });
  return [formatTitle('TRANSITIONS', stream), ...table.trimEnd().split('\n')];
}

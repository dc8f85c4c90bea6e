import { Box, Text } from 'ink';
import type { PublicOrder } from '../../functions/contract/public-order.ts';
import { isTerminal, phases, type ShownStatus } from '../../functions/contract/workflow.ts';
import { formatMoney } from '../workflow/money.ts';
import {
  activeStage,
  countDone,
  type PhaseProgress,
  type StageState,
  workflowProgress,
} from '../workflow/progress.ts';
import { statusStyle } from '../workflow/status-style.ts';
import { inkColor } from './ink-color.tsx';

export interface OrderViewProps {
  readonly orderId: string;
  readonly status: ShownStatus;
  /** Absent before the order's first write. */
  readonly order?: PublicOrder | undefined;
  /** `local (time ×60)` */
  readonly target: string;
  readonly elapsed: string;
  /** Remaining time of a wait: `1m 24s left`. */
  readonly left?: string | undefined;
  /** End and remaining time of a wait: `resumes 08:17:09, in 1m 24s`. */
  readonly resumes?: string | undefined;
  readonly columns: number;
  /** Rows of the terminal; the last one stays empty. */
  readonly rows?: number | undefined;
  /** ETA, active time, invocations and retries of the execution. */
  readonly facts?: string | undefined;
  /** Describes the step that is being retried. */
  readonly retry?: string | undefined;
  /** Describes why the execution is stuck. */
  readonly stuck?: string | undefined;
  /** Status of an execution that is neither running nor paused, such as PAUSING. */
  readonly executionStatus?: string | undefined;
  /** Describes the pause of the execution. */
  readonly paused?: string | undefined;
  /** Why the last poll failed. */
  readonly gapReason?: string | undefined;
  /** The key that ends the watch; empty for no such line. */
  readonly keys?: string | undefined;
}

const glyphs: Record<StageState, string> = {
  pending: '·',
  active: '◔',
  done: '✓',
  skipped: '–',
  failed: '✗',
  undone: '↶',
};
const yellow = inkColor('yellow');

/** Dim instead of gray: some themes show gray in nearly the color of the background. */
const styles: Record<StageState, { readonly color: string } | { readonly dimColor: true }> = {
  pending: { dimColor: true },
  active: { color: inkColor('cyan') },
  done: { color: inkColor('green') },
  skipped: { dimColor: true },
  failed: { color: 'red' },
  undone: { color: yellow },
};

/** States in which a stage's name is shown. */
const namedStates: ReadonlySet<StageState> = new Set(['active', 'failed', 'undone']);

/** Below this width, less important details are left out (columns). */
const narrowColumns = 70;

/** Width of the phase titles in a wide view (columns). */
const titleColumns = Math.max(...phases.map(({ title }) => title.length)) + 1;

/** From this height on, the view contains blank lines (rows). */
const roomyRows = 14;
/** The heading, a line for every phase, the status, and the empty last row. */
export const minOrderRows = phases.length + 3;

/** One order in its workflow: finished, running and pending stages. */
export function OrderView(props: OrderViewProps) {
  const { rows = Number.POSITIVE_INFINITY, columns } = props;
  const progress = workflowProgress(props.order);
  const blank = rows < roomyRows ? null : <Text> </Text>;
  const noted = progress.flatMap(({ stages }) => stages).filter(({ note }) => note);
  const room = Math.max(0, rows - minOrderRows - (blank ? 2 : 0));
  const notes = new Set(noted.slice(0, room).map(({ id }) => id));
  return (
    <Box flexDirection="column" width={columns}>
      <Heading {...props} />
      {blank}
      {progress.map((phase) => (
        <PhaseLine key={phase.id} phase={phase} narrow={columns < narrowColumns} notes={notes} />
      ))}
      {blank}
      <StatusLine {...props} progress={progress} />
      {fitRemarks(buildRemarks(props), room - notes.size).map(({ text, color }) => (
        <Text key={text} wrap="truncate" {...(color ? { color } : { dimColor: true })}>
          {text}
        </Text>
      ))}
    </Box>
  );
}

const stuckHint = (orderId: string) =>
  `the step may exceed the function timeout: orders logs ${orderId}`;

interface Remark {
  readonly text: string;
  /** Absent for less important remarks. */
  readonly color?: string;
  /** If there is no room, remarks with the highest number are dropped first. */
  readonly dropPriority: number;
}

function buildRemarks(props: OrderViewProps): Remark[] {
  const { orderId, status, facts, stuck, gapReason, retry, paused, executionStatus } = props;
  const { keys = 'ctrl-c detach' } = props;
  const review = status === 'awaiting-review';
  return [
    ...(facts ? [{ text: fitFacts(facts, props.columns), dropPriority: 5 }] : []),
    ...(paused ? [{ text: paused, color: yellow, dropPriority: 0 }] : []),
    ...(paused ? [{ text: `orders resume ${orderId}`, dropPriority: 3 }] : []),
    ...(executionStatus
      ? [{ text: `execution is ${executionStatus}`, color: yellow, dropPriority: 0 }]
      : []),
    ...(retry ? [{ text: retry, color: yellow, dropPriority: 2 }] : []),
    ...(stuck ? [{ text: stuck, color: 'red', dropPriority: 0 }] : []),
    ...(stuck ? [{ text: stuckHint(orderId), dropPriority: 3 }] : []),
    ...(gapReason
      ? [{ text: `not visible right now: ${gapReason}`, color: yellow, dropPriority: 1 }]
      : []),
    ...(review
      ? [
          {
            text: `needs a review: orders review approve ${orderId}`,
            color: yellow,
            dropPriority: 3,
          },
        ]
      : []),
    ...(isTerminal(status) || !keys
      ? []
      : [{ text: gapReason ? keys : `${keys}; the order continues`, dropPriority: 4 }]),
  ];
}

/** Drops the last facts until the others fit into the width. */
function fitFacts(facts: string, columns: number): string {
  const parts = facts.split(' · ');
  while (parts.length > 1 && parts.join(' · ').length > columns) parts.pop();
  return parts.join(' · ');
}

/** Drops the least important remarks until the others fit into `room` rows. */
function fitRemarks(remarks: readonly Remark[], room: number): readonly Remark[] {
  const kept = new Set(
    [...remarks].sort((a, b) => a.dropPriority - b.dropPriority).slice(0, Math.max(0, room)),
  );
  return remarks.filter((remark) => kept.has(remark));
}

/** The customer's id is shortened before the total and the target: it can have a hundred characters. */
function Heading({ orderId, order, target, columns }: OrderViewProps) {
  const total = order ? formatMoney(order.total) : '';
  const others = [total, columns < narrowColumns ? '' : target].filter(Boolean);
  const customer = order?.customerId;
  return (
    <Box>
      <Box flexShrink={0}>
        <Text bold>{`${orderId} `}</Text>
      </Box>
      {customer ? <Text wrap="truncate">{customer}</Text> : null}
      <Box flexShrink={customer ? 0 : 1}>
        <Text wrap="truncate">{[...(customer ? [''] : []), ...others].join(' · ')}</Text>
      </Box>
    </Box>
  );
}

interface PhaseLineProps {
  readonly phase: PhaseProgress;
  readonly narrow: boolean;
  /** The stages whose notes are shown. */
  readonly notes: ReadonlySet<string>;
}

function PhaseLine(props: PhaseLineProps) {
  const { phase } = props;
  const state = phaseState(phase);
  const noted = phase.stages.filter(({ id }) => props.notes.has(id));
  return (
    <>
      <Text wrap="truncate">
        <Text {...styles[state]}>{glyphs[state]} </Text>
        <Text dimColor={state === 'pending'}>
          {props.narrow ? `${phase.title} ` : phase.title.padEnd(titleColumns)}
        </Text>
        {phase.stages.map(({ id, state: stageState }) => (
          <Text key={id} {...styles[stageState]} bold={stageState === 'active'}>
            {glyphs[stageState]}
            {namedStates.has(stageState) ? ` ${id} ` : ' '}
          </Text>
        ))}
      </Text>
      {noted.map(({ id, note }) => (
        <Text key={id} color="red" wrap="truncate">
          {'    '}
          {id}: {note}
        </Text>
      ))}
    </>
  );
}

function StatusLine(props: OrderViewProps & { readonly progress: readonly PhaseProgress[] }) {
  const { done, total } = countDone(props.progress);
  const stage = activeStage(props.progress);
  const isWide = props.columns >= narrowColumns;
  const wait = isWide ? (props.resumes ?? props.left) : props.left;
  return (
    <Text wrap="truncate">
      <Text {...statusProps(props.status)}>{props.status}</Text>
      <Text>{stage && isWide && !props.resumes ? ` · ${stage.title}` : ''}</Text>
      <Text>{wait ? ` · ${wait}` : ''}</Text>
      <Text dimColor>
        {' '}
        · {done}/{total}
        {isWide || !wait ? ` · ${props.elapsed}` : ''}
      </Text>
    </Text>
  );
}

function statusProps(status: string) {
  const style = statusStyle(status);
  if (style === 'dim') return { dimColor: true };
  return { color: style === 'red' ? style : inkColor(style) };
}

function phaseState(phase: PhaseProgress): StageState {
  const states = new Set(phase.stages.map(({ state }) => state));
  for (const state of ['failed', 'active', 'undone'] as const) if (states.has(state)) return state;
  if (!states.has('pending')) return 'done';
  return states.has('done') ? 'active' : 'pending';
}

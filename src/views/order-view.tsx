import { Box, Text } from 'ink';
import type { OrderRecord } from '../../functions/contract/api.ts';
import { isEnd, type ShownStatus } from '../../functions/contract/workflow.ts';
import {
  activeStage,
  countDone,
  type PhaseProgress,
  progressOf,
  type StageState,
} from '../workflow/progress.ts';

export interface OrderViewProps {
  readonly orderId: string;
  readonly status: ShownStatus;
  /** Absent while the order's item is not written yet. */
  readonly order?: OrderRecord | undefined;
  /** `local (time ×60)` */
  readonly target: string;
  readonly elapsed: string;
  /** How much of a wait is left, in words; and at length, with when it is over. */
  readonly left?: string | undefined;
  readonly resumes?: string | undefined;
  readonly columns: number;
  /** The terminal's; one of them is left free. */
  readonly rows?: number | undefined;
  /** What its execution took so far, and what is left, in words. */
  readonly facts?: string | undefined;
  /** The step at work is being tried again, in words. */
  readonly retry?: string | undefined;
  /** The execution does not get on, in words. */
  readonly stuck?: string | undefined;
  /** Something that disturbs the view: the remote side does not answer. */
  readonly trouble?: string | undefined;
  /** What keys do, in words. */
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
const colors: Record<StageState, string> = {
  pending: 'gray',
  active: 'cyan',
  done: 'green',
  skipped: 'gray',
  failed: 'red',
  undone: 'yellow',
};

/** Terminal columns below which only what matters most is said. */
const narrow = 70;

/** Terminal rows from which on there are blank lines. */
const roomy = 14;
/** The heading, a line for every phase, the status, and a row that stays free. */
const leastRows = 8;

/** One order in its workflow: what is behind it, what is at work, what is to come. */
export function OrderView(props: OrderViewProps) {
  const { rows = Number.POSITIVE_INFINITY, columns } = props;
  const progress = progressOf(props.order);
  const blank = rows < roomy ? null : <Text> </Text>;
  const noted = progress.flatMap(({ stages }) => stages).filter(({ note }) => note);
  const room = Math.max(0, rows - leastRows - (blank ? 2 : 0));
  const notes = new Set(noted.slice(0, room).map(({ id }) => id));
  return (
    <Box flexDirection="column" width={columns}>
      <Heading {...props} />
      {blank}
      {progress.map((phase) => (
        <PhaseLine key={phase.id} phase={phase} narrow={columns < narrow} notes={notes} />
      ))}
      {blank}
      <StatusLine {...props} progress={progress} />
      {chosen(remarksOf(props), room - notes.size).map(({ text, color }) => (
        <Text key={text} wrap="truncate" {...(color ? { color } : { dimColor: true })}>
          {text}
        </Text>
      ))}
    </Box>
  );
}

const stuckHint = (orderId: string) =>
  `it may take longer than the function may run: orders logs ${orderId}`;

interface Remark {
  readonly text: string;
  /** Absent for what matters less. */
  readonly color?: string;
  /** The highest is left out first. */
  readonly leave: number;
}

function remarksOf(props: OrderViewProps): Remark[] {
  const { orderId, status, facts, stuck, trouble, retry } = props;
  const { keys = 'ctrl-c stops looking; the order goes on' } = props;
  const review = status === 'awaiting-review';
  return [
    ...(facts ? [{ text: facts, leave: 5 }] : []),
    ...(retry ? [{ text: retry, color: 'yellow', leave: 2 }] : []),
    ...(stuck ? [{ text: stuck, color: 'red', leave: 0 }] : []),
    ...(stuck ? [{ text: stuckHint(orderId), leave: 3 }] : []),
    ...(trouble ? [{ text: `not visible right now: ${trouble}`, color: 'yellow', leave: 1 }] : []),
    ...(review
      ? [
          {
            text: `somebody has to decide: orders review approve ${orderId}`,
            color: 'yellow',
            leave: 3,
          },
        ]
      : []),
    ...(isEnd(status) || !keys ? [] : [{ text: keys, leave: 4 }]),
  ];
}

/** As many as there is room for, in their order. */
function chosen(remarks: readonly Remark[], room: number): readonly Remark[] {
  const kept = new Set([...remarks].sort((a, b) => a.leave - b.leave).slice(0, Math.max(0, room)));
  return remarks.filter((each) => kept.has(each));
}

function Heading({ orderId, order, target }: OrderViewProps) {
  const total = order ? `$${order.total.toFixed(2)}` : '';
  const facts = [order?.customerId, total, target].filter(Boolean).join(' · ');
  return (
    <Text wrap="truncate">
      <Text bold>{orderId}</Text>
      <Text dimColor> {facts}</Text>
    </Text>
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
  const state = stateOf(phase);
  const noted = phase.stages.filter(({ id }) => props.notes.has(id));
  return (
    <>
      <Text wrap="truncate">
        <Text color={colors[state]}>{glyphs[state]} </Text>
        <Text dimColor={state === 'pending'}>
          {props.narrow ? `${phase.title} ` : phase.title.padEnd(24)}
        </Text>
        {phase.stages.map(({ id, state: each }) => (
          <Text key={id} color={colors[each]} bold={each === 'active'}>
            {glyphs[each]}
            {each === 'active' || each === 'failed' || each === 'undone' ? ` ${id} ` : ' '}
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
  const { done, of } = countDone(props.progress);
  const stage = activeStage(props.progress);
  const isWide = props.columns >= narrow;
  const wait = isWide ? (props.resumes ?? props.left) : props.left;
  return (
    <Text wrap="truncate">
      <Text color="cyan">{props.status}</Text>
      <Text>{stage && isWide && !props.resumes ? ` · ${stage.title}` : ''}</Text>
      <Text>{wait ? ` · ${wait}` : ''}</Text>
      <Text dimColor>
        {' '}
        · {done}/{of} · {props.elapsed}
      </Text>
    </Text>
  );
}

function stateOf(phase: PhaseProgress): StageState {
  const states = new Set(phase.stages.map(({ state }) => state));
  for (const state of ['failed', 'active', 'undone'] as const) if (states.has(state)) return state;
  if (!states.has('pending')) return 'done';
  return states.has('done') ? 'active' : 'pending';
}

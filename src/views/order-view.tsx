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
  /** How much of a wait is left, in words. */
  readonly left?: string | undefined;
  readonly columns: number;
  /** The step at work is being tried again, in words. */
  readonly retry?: string | undefined;
  /** Whether there are few rows. */
  readonly compact?: boolean;
  /** Something that disturbs the view: the remote side does not answer. */
  readonly trouble?: string | undefined;
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

/** One order in its workflow: what is behind it, what is at work, what is to come. */
export function OrderView(props: OrderViewProps) {
  const progress = progressOf(props.order);
  return (
    <Box flexDirection="column" width={props.columns}>
      <Heading {...props} />
      {props.compact ? null : <Text> </Text>}
      {progress.map((phase) => (
        <PhaseLine key={phase.id} phase={phase} narrow={props.columns < narrow} />
      ))}
      {props.compact ? null : <Text> </Text>}
      <Footing {...props} progress={progress} />
    </Box>
  );
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

function PhaseLine(props: { readonly phase: PhaseProgress; readonly narrow: boolean }) {
  const { phase } = props;
  const state = stateOf(phase);
  const noted = phase.stages.filter(({ note }) => note);
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

function Footing(props: OrderViewProps & { readonly progress: readonly PhaseProgress[] }) {
  const { done, of } = countDone(props.progress);
  const stage = activeStage(props.progress);
  const hasNoRoom = props.compact && (props.retry !== undefined || props.trouble !== undefined);
  return (
    <>
      <Text wrap="truncate">
        <Text color="cyan">{props.status}</Text>
        <Text>{stage && props.columns >= narrow ? ` · ${stage.title}` : ''}</Text>
        <Text>{props.left ? ` · ${props.left}` : ''}</Text>
        <Text dimColor>
          {' '}
          · {done}/{of} · {props.elapsed}
        </Text>
      </Text>
      {props.retry ? (
        <Text color="yellow" wrap="truncate">
          {props.retry}
        </Text>
      ) : null}
      {props.trouble ? (
        <Text color="yellow" wrap="truncate">
          not visible right now: {props.trouble}
        </Text>
      ) : null}
      {props.status === 'awaiting-review' ? (
        <Text color="yellow" wrap="truncate">
          somebody has to decide: orders review approve {props.orderId}
        </Text>
      ) : null}
      {isEnd(props.status) || hasNoRoom ? null : (
        <Text dimColor>ctrl-c stops looking; the order goes on</Text>
      )}
    </>
  );
}

function stateOf(phase: PhaseProgress): StageState {
  const states = new Set(phase.stages.map(({ state }) => state));
  for (const state of ['failed', 'active', 'undone'] as const) if (states.has(state)) return state;
  if (!states.has('pending')) return 'done';
  return states.has('done') ? 'active' : 'pending';
}

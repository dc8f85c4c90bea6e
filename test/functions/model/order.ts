/** One order as its record and the services know it: what every call of a service does to it. Pure. */
import {
  type OrderStatus,
  pointOfNoReturn,
  rank,
  type Stage,
  type StepId,
  stages,
  type UndoableId,
  type UndoId,
} from '../../../functions/contract/workflow.ts';

/** How a call, or the step that makes it, ends. */
export type Answer = 'done' | 'rejected' | 'broken' | 'cancelled';

/** A service that refuses a stage's work; of a hiccup, for so many attempts. */
export interface Trouble {
  readonly stage: StepId;
  readonly how: 'rejected' | 'broken';
  readonly times?: number;
}

export interface Given {
  readonly trouble?: Trouble | undefined;
  /** What a person says of it, or does not; absent of one that is not in doubt. */
  readonly review?: Reviewed | undefined;
  /** Whether the total is over $1000, so that the credit is checked. */
  readonly large?: boolean;
}

/** How an order stands when nothing more happens to it. */
export interface Outcome {
  readonly end: 'completed' | 'failed' | 'cancelled' | 'flagged';
  /** Why it failed: `rejected` for any reason of the business. */
  readonly why?: 'rejected' | 'stopped' | 'timed-out' | 'technical-failure';
  /** What was taken back, in that order. */
  readonly undone: readonly UndoId[];
  /** What was done and not taken back, of all that can be. */
  readonly standing: readonly UndoableId[];
  /** Orders that are paid for and not paid back: 0 or 1. */
  readonly paid: number;
  readonly stock: 'none' | 'released' | 'held' | 'handed-over';
  readonly notices: readonly Notice[];
  readonly points: boolean;
  readonly statuses: readonly OrderStatus[];
}

export type Reviewed = 'approve' | 'reject' | 'time out';

export type Notice = 'shipped' | 'failed' | 'cancelled';

/** One call of a service: its name, and what it does. */
export interface Call {
  readonly name: string;
  readonly does: (attempt: number) => Answer;
}

/** What a step asks of the services before it records its status. */
const work: Readonly<Record<StepId, readonly string[]>> = {
  'validate-order': ['place'],
  'check-inventory': ['check'],
  'process-payment': ['charge'],
  'reserve-inventory': ['reserve'],
  'fraud-check': ['checkFraud'],
  'credit-check': ['checkCredit'],
  'generate-invoice': ['issue'],
  'pick-items': ['pick'],
  'quality-check': ['inspect'],
  'package-order': ['pack'],
  'generate-shipping-label': ['label'],
  'ship-order': ['beginHandOver', 'collect', 'handOver'],
  'send-notifications': ['notify'],
  'update-loyalty-points': ['creditPoints'],
  'complete-order': ['complete'],
};

const undoCalls: Readonly<Record<UndoId, string>> = {
  'refund-payment': 'refund',
  'release-inventory': 'release',
  'void-invoice': 'void',
  'return-items': 'returnItems',
  'cancel-shipping-label': 'cancelLabel',
};

export const undoable: readonly UndoableId[] = stages.flatMap((each) =>
  'undo' in each ? [each.id] : [],
);

const waits = new Set<OrderStatus>([
  ...stages.flatMap((each) => (each.kind === 'wait' ? [each.status] : [])),
  'awaiting-review',
]);

export type ModelOrder = ReturnType<typeof orderOf>;

export function orderOf({ trouble, review, large = true }: Given) {
  const effects = new Set<string>();
  const undone: UndoId[] = [];
  const notices = new Set<Notice>();
  const statuses: OrderStatus[] = [];
  let stock: Outcome['stock'] = 'none';
  let [handOver, cancelRequested, flagged] = [false, false, false];
  let why: Outcome['why'];
  let failing: Outcome['why'];

  const status = () => statuses.at(-1);
  const wanted = () => cancelRequested && !handOver;

  function reach(...reached: OrderStatus[]): Answer {
    const [last, next] = [status(), reached.at(-1)];
    if (last === undefined || (next && rank(last) < rank(next))) statuses.push(...reached);
    return 'done';
  }

  const advance = (...reached: OrderStatus[]): Answer =>
    wanted() ? 'cancelled' : reach(...reached);

  function doOnce(name: string): Answer {
    if (name === 'beginHandOver') {
      if (wanted()) return 'cancelled';
      handOver = true;
    }
    if (name === 'reserve' && stock === 'none') stock = 'held';
    if (name === 'handOver' && stock === 'held') stock = 'handed-over';
    if (name === 'place') return statuses.length > 0 ? 'done' : reach('validated');
    if (name === 'notify') notices.add('shipped');
    effects.add(name);
    return name === 'complete' ? reach('completed') : 'done';
  }

  const refused = (stage: StepId, attempt: number): Answer | undefined =>
    trouble?.stage === stage && attempt <= (trouble.times ?? attempt) ? trouble.how : undefined;

  return {
    /** The calls that a stage makes. */
    callsOf(stage: Stage & { kind: 'step' }): readonly Call[] {
      const { id } = stage;
      if (id === 'credit-check' && !large) return [];
      const refusing = id === pointOfNoReturn ? 'collect' : work[id][0];
      const calls = work[id].map((name) => ({
        name,
        does: (attempt: number) =>
          (name === refusing ? refused(id, attempt) : undefined) ?? doOnce(name),
      }));
      const writesItself = id === 'validate-order' || id === 'complete-order';
      const reached = writesItself || (id === 'fraud-check' && review) ? [] : recordedBy(stage);
      if (reached.length === 0) return calls;
      return [...calls, { name: 'advance', does: () => advance(...reached) }];
    },
    /** The calls of the review's two steps. */
    park: (): readonly Call[] => [{ name: 'park', does: () => advance('awaiting-review') }],
    decide: (): readonly Call[] => [
      {
        name: 'decide',
        does: () => (review === 'approve' ? advance('fraud-checked') : 'rejected'),
      },
    ],
    review,
    undo(undo: UndoId): Call {
      const stage = stages.find((each) => 'undo' in each && each.undo === undo) as Stage;
      const [done = ''] = work[stage.id as StepId];
      return {
        name: undoCalls[undo],
        does() {
          if (effects.delete(done)) undone.push(undo);
          if (undo === 'release-inventory' && stock === 'held') stock = 'released';
          return 'done';
        },
      };
    },
    notify: (notice: Notice): Call => ({
      name: 'notify',
      does(attempt) {
        const answer = refused('send-notifications', attempt) ?? 'done';
        if (answer === 'done') notices.add(notice);
        return answer;
      },
    }),
    keepFailure: (reason: Outcome['why']): Call => ({
      name: 'keepFailure',
      does() {
        failing ??= reason;
        return 'done';
      },
    }),
    end: (end: 'failed' | 'cancelled', reason?: Outcome['why'], flag = false): Call => ({
      name: end === 'failed' ? 'fail' : 'cancel',
      does() {
        if (end === 'failed') why = reason;
        if (flag) flagged = true;
        return reach(end);
      },
    }),
    flag: (): Call => ({
      name: 'flag',
      does() {
        flagged = true;
        return 'done';
      },
    }),
    /** As `orders cancel`: whether the execution is stopped as well, because a wait notices nothing. */
    cancel(): boolean {
      const now = status();
      if (now === undefined || rank(now) >= rank('shipped') || handOver) return false;
      cancelRequested = true;
      return waits.has(now);
    },
    record: () => ({ statuses: [...statuses], handOver, cancelRequested, failing }),
    outcome: (): Outcome => ({
      end: flagged ? 'flagged' : (status() as Outcome['end']),
      ...(why && { why }),
      undone,
      standing: undoable.filter((id) => effects.has(work[id][0] as string)),
      paid: effects.has('charge') ? 1 : 0,
      stock,
      notices: [...notices],
      points: effects.has('creditPoints'),
      statuses,
    }),
  };
}

/** A step records its own status, and that of a wait right behind it. */
function recordedBy(stage: Stage): OrderStatus[] {
  const next = stages[stages.indexOf(stage) + 1];
  const own = 'status' in stage ? [stage.status] : [];
  return next?.kind === 'wait' ? [...own, next.status] : own;
}

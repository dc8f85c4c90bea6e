/** A model of one order: what each call of a service does to its record and its side effects. Pure. */
import {
  stoppedFailure,
  technicalFailure,
  timedOutFailure,
} from '../../../functions/contract/failure.ts';
import {
  stage as getStage,
  type OrderStatus,
  pointOfNoReturn,
  reviewedStage,
  type Stage,
  type StepId,
  stages,
  statusRank,
  type UndoableId,
  type UndoId,
} from '../../../functions/contract/workflow.ts';

/** The result of a call, or of the step that makes it. */
export type CallResult = 'done' | 'rejected' | 'technical' | 'cancelled';

/** A service that fails in a stage. */
export interface ServiceFailure {
  readonly stage: StepId;
  readonly how: 'rejected' | 'technical';
  /** The number of failing attempts of a transient error; absent if all fail. */
  readonly times?: number;
}

export interface OrderConditions {
  readonly failure?: ServiceFailure | undefined;
  /** The result of the review; absent if the order needs none. */
  readonly review?: ReviewOutcome | undefined;
  /** Whether the total exceeds the credit-check limit. */
  readonly large?: boolean;
}

/** The codes of technical failures. */
export const technicalFailureCodes = [technicalFailure, stoppedFailure, timedOutFailure] as const;

/** The final state of an order. */
export interface Outcome {
  readonly end: 'completed' | 'failed' | 'cancelled' | 'flagged';
  /** Why it failed; `rejected` for any business rule. */
  readonly why?: 'rejected' | (typeof technicalFailureCodes)[number];
  /** The undos, in the order in which they ran. */
  readonly undone: readonly UndoId[];
  /** Stages with a side effect that was not undone. */
  readonly remaining: readonly UndoableId[];
  /** Payments that were not refunded: 0 or 1. */
  readonly paid: number;
  readonly stock: 'none' | 'released' | 'held' | 'handed-over';
  readonly notices: readonly Notice[];
  readonly points: boolean;
  readonly statuses: readonly OrderStatus[];
}

export type ReviewOutcome = 'approve' | 'reject' | 'time out';

export type Notice = 'shipped' | 'failed' | 'cancelled';

/** One call of a service. */
export interface Call {
  readonly name: string;
  readonly perform: (attempt: number) => CallResult;
  /** Whether the step makes the call at all; absent if it always does. */
  readonly applies?: () => boolean;
}

/** The calls that a step makes before it records its status. */
const callNames: Readonly<Record<StepId, readonly string[]>> = {
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

/** Stages whose simulated service records its call with the status. */
const recordedWithStatus: ReadonlySet<StepId> = new Set<StepId>([
  'check-inventory',
  'fraud-check',
  'credit-check',
  'generate-invoice',
  'pick-items',
  'quality-check',
  'package-order',
  'generate-shipping-label',
]);

const undoCalls: Readonly<Record<UndoId, string>> = {
  'refund-payment': 'refund',
  'release-inventory': 'release',
  'void-invoice': 'void',
  'return-items': 'returnItems',
  'cancel-shipping-label': 'cancelLabel',
};

export const undoable: readonly UndoableId[] = stages.flatMap((stage) =>
  'undo' in stage ? [stage.id] : [],
);

const waits = new Set<OrderStatus>([
  ...stages.flatMap((stage) => (stage.kind === 'wait' ? [stage.status] : [])),
  'awaiting-review',
]);

export type ModelOrder = ReturnType<typeof createModelOrder>;

export function createModelOrder({ failure, review, large = true }: OrderConditions) {
  const effects = new Set<string>();
  const undone: UndoId[] = [];
  const notices = new Set<Notice>();
  const statuses: OrderStatus[] = [];
  let stock: Outcome['stock'] = 'none';
  let [handOver, cancelRequested, flagged] = [false, false, false];
  let why: Outcome['why'];
  let failing: Outcome['why'];

  const status = () => statuses.at(-1);
  const isCancelled = () => cancelRequested && !handOver;

  function reach(...reached: OrderStatus[]): CallResult {
    const [last, next] = [status(), reached.at(-1)];
    if (last === undefined || (next && statusRank(last) < statusRank(next)))
      statuses.push(...reached);
    return 'done';
  }

  const advance = (...reached: OrderStatus[]): CallResult =>
    isCancelled() ? 'cancelled' : reach(...reached);

  function perform(name: string): CallResult {
    if (name === 'beginHandOver') {
      if (isCancelled()) return 'cancelled';
      handOver = true;
    }
    if (name === 'place') return statuses.length > 0 ? 'done' : reach('validated');
    if (name === 'notify') notices.add('shipped');
    effects.add(name);
    return name === 'complete' ? reach('completed') : 'done';
  }

  /** Moves the stock and records the statuses in one transaction. Returns whether it was written. */
  function moveStock(name: string, reached: readonly OrderStatus[]): boolean {
    if (isCancelled() || stock !== (name === 'reserve' ? 'none' : 'held')) return false;
    stock = name === 'reserve' ? 'held' : 'handed-over';
    effects.add(name);
    reach(...reached);
    return true;
  }

  const simulatedFailure = (stage: StepId, attempt: number): CallResult | undefined =>
    failure?.stage === stage && attempt <= (failure.times ?? attempt) ? failure.how : undefined;

  return {
    /** The calls of a step. */
    stepCalls(stage: Stage & { kind: 'step' }): readonly Call[] {
      const { id } = stage;
      if (id === 'credit-check' && !large) return [];
      const failingCall = id === pointOfNoReturn ? 'collect' : callNames[id][0];
      const reached = id === reviewedStage && review ? [] : recordedStatuses(stage);
      const isRecordedWithStatus = recordedWithStatus.has(id);
      let written = id === 'validate-order' || id === 'complete-order';
      const calls = callNames[id].map((name) => ({
        name,
        perform(attempt: number) {
          const result = name === failingCall ? simulatedFailure(id, attempt) : undefined;
          if (result) return result;
          if (isRecordedWithStatus) return 'done';
          if (name !== 'reserve' && name !== 'handOver') return perform(name);
          written = moveStock(name, reached);
          return 'done';
        },
      }));
      if (reached.length === 0 && !isRecordedWithStatus) return calls;
      const advanceCall = {
        name: 'advance',
        applies: () => !written,
        perform() {
          const result = advance(...reached);
          if (result === 'done' && isRecordedWithStatus) effects.add(callNames[id][0] as string);
          return result;
        },
      };
      return [...calls, advanceCall];
    },
    /** The calls of the two steps of a review. */
    requestReview: (): readonly Call[] => [
      { name: 'requestReview', perform: () => advance('awaiting-review') },
    ],
    recordDecision: (): readonly Call[] => [
      {
        name: 'recordDecision',
        perform: () => (review === 'approve' ? advance('fraud-checked') : 'rejected'),
      },
    ],
    review,
    undo(undo: UndoId): Call {
      const stage = stages.find(
        (candidate) => 'undo' in candidate && candidate.undo === undo,
      ) as Stage;
      const [done = ''] = callNames[stage.id as StepId];
      return {
        name: undoCalls[undo],
        perform() {
          if (effects.delete(done)) undone.push(undo);
          if (undo === 'release-inventory' && stock === 'held') stock = 'released';
          return 'done';
        },
      };
    },
    notify: (notice: Notice): Call => ({
      name: 'notify',
      perform(attempt) {
        const result = simulatedFailure('send-notifications', attempt) ?? 'done';
        if (result === 'done') notices.add(notice);
        return result;
      },
    }),
    recordFailure: (reason: Outcome['why']): Call => ({
      name: 'recordFailure',
      perform() {
        failing ??= reason;
        return 'done';
      },
    }),
    end: (end: 'failed' | 'cancelled', reason?: Outcome['why'], flag = false): Call => ({
      name: end === 'failed' ? 'fail' : 'cancel',
      perform() {
        if (end === 'failed') why = reason;
        if (flag) flagged = true;
        return reach(end);
      },
    }),
    flag: (): Call => ({
      name: 'flag',
      perform() {
        flagged = true;
        return 'done';
      },
    }),
    /** Like `orders cancel`. Returns whether it stops the execution, because a wait does not notice the request. */
    cancel(): boolean {
      const now = status();
      if (
        now === undefined ||
        statusRank(now) >= statusRank(getStage(pointOfNoReturn).status) ||
        handOver
      )
        return false;
      cancelRequested = true;
      return waits.has(now);
    },
    record: () => ({ statuses: [...statuses], handOver, cancelRequested, failing }),
    outcome: (): Outcome => ({
      end: flagged ? 'flagged' : (status() as Outcome['end']),
      ...(why && { why }),
      undone,
      remaining: undoable.filter((id) => effects.has(callNames[id][0] as string)),
      paid: effects.has('charge') ? 1 : 0,
      stock,
      notices: [...notices],
      points: effects.has('creditPoints'),
      statuses,
    }),
  };
}

/** The model's own version of the rule: a step records its status, and that of a wait that follows directly. */
function recordedStatuses(stage: Stage): OrderStatus[] {
  const next = stages[stages.indexOf(stage) + 1];
  const own = 'status' in stage ? [stage.status] : [];
  return next?.kind === 'wait' ? [...own, next.status] : own;
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { Stack } from '../../environment/stack.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import type { ExecutionState } from '../../workflow/history-event.ts';
import { type RecordedOutcome, readRecordedOutcome } from '../../workflow/recorded.ts';
import { isOpen } from '../lookup/execution-status.ts';
import { findExecution, type ListedExecution } from '../lookup/executions.ts';
import { readHistory } from '../lookup/history.ts';
import { executionReadLimiter } from '../requests/rate-limiter.ts';
import {
  type AuditedOrder,
  type AuditOptions,
  auditOrder,
  isSuspect,
  needsFullHistory,
} from './audit-order.ts';
import type { Mismatch } from './mismatch.ts';
import { readSideEffects, withPayments } from './order-side-effects.ts';
import { readRow, readRows } from './read-rows.ts';

export interface Confirmed {
  readonly mismatches: readonly Mismatch[];
  /** The orders with mismatches, as they were when they did not change. */
  readonly seen: readonly AuditedOrder[];
  readonly notJudged: readonly string[];
}

export interface ConfirmOptions extends AuditOptions {
  readonly suspects: readonly AuditedOrder[];
  /** Reads the executions again, by ARN. If absent, the history of every order is read instead. */
  readonly relist?: () => Promise<ReadonlyMap<string, ListedExecution>>;
}

/** Maximum number of histories to read: the rate limiter makes them slow. */
const maxHistories = 300;
/** A record that changed within this time may be ahead of its history (ms); on AWS three polling intervals. */
const minRowAgeMs = 1000;
/** Maximum time between the write of a record and the event of the step that wrote it, a lost environment included (ms). */
const maxPlacementGapMs = 60_000;
/** Maximum checks of an order that changes. */
const maxChecks = 4;
const minPollMs = 300;

/**
 * Checks suspect orders again until each is correct, or has a mismatch and did not change during the check. If the history is
 * read, the record must be the same before and after.
 */
export async function confirmMismatches(
  stack: Stack,
  { suspects, relist, ...options }: ConfirmOptions,
): Promise<Confirmed> {
  const confirmation = new Confirmation(stack, options, relist === undefined);
  let open = suspects;
  for (let check = 1; check <= maxChecks && open.length > 0; check += 1) {
    await sleep(Math.max(minPollMs, stack.target.pollMs) * check);
    const executions = await relist?.();
    open = await confirmation.check(await rereadOrders(stack, { suspects: open, executions }));
  }
  const { seen, unread } = confirmation;
  return {
    mismatches: seen.flatMap((order) => auditOrder(order, options)),
    seen,
    notJudged: [
      ...(unread > 0 ? [`${unread} orders: too many histories to read`] : []),
      ...(open.length > 0 ? [`${open.length} orders that kept changing`] : []),
    ],
  };
}

/** The state of a confirmation over its checks. */
class Confirmation {
  readonly #stack: Stack;
  readonly #options: AuditOptions;
  readonly #readsAllHistories: boolean;
  #histories = 0;
  /** Orders with a confirmed mismatch. */
  readonly seen: AuditedOrder[] = [];
  /** Orders of the last check whose histories were not read. */
  unread = 0;

  constructor(stack: Stack, options: AuditOptions, readsAllHistories: boolean) {
    this.#stack = stack;
    this.#options = options;
    this.#readsAllHistories = readsAllHistories;
  }

  /** Checks orders. Returns the orders that changed meanwhile and have to be checked again. */
  async check(orders: readonly AuditedOrder[]): Promise<AuditedOrder[]> {
    const changing: AuditedOrder[] = [];
    this.unread = 0;
    for (const order of orders) {
      const needed = this.#historyNeeded(order);
      if (needed === 'correct') continue;
      const checked = needed === 'no' ? order : await this.#readHistory(order);
      if (checked === 'unread') this.unread += 1;
      else if (checked) this.seen.push(checked);
      else changing.push(order);
    }
    return changing;
  }

  #historyNeeded(order: AuditedOrder): 'yes' | 'no' | 'correct' {
    if (this.#readsAllHistories) return 'yes';
    if (!isSuspect(order, this.#options)) return 'correct';
    return needsFullHistory(order, this.#options) ? 'yes' : 'no';
  }

  async #readHistory(order: AuditedOrder): Promise<AuditedOrder | 'unread' | undefined> {
    if (this.#histories >= maxHistories) return 'unread';
    this.#histories += 1;
    return addHistory(this.#stack, order);
  }
}

interface RecheckOptions {
  readonly suspects: readonly AuditedOrder[];
  readonly executions: ReadonlyMap<string, ListedExecution> | undefined;
}

/** Reads orders again: their records after their executions were listed, and their side effects after the records. */
async function rereadOrders(
  stack: Stack,
  { suspects, executions }: RecheckOptions,
): Promise<AuditedOrder[]> {
  const records = await readRows(
    stack,
    suspects.map(({ orderId }) => orderId),
  );
  const sideEffects = await readSideEffects(stack, records.values());
  return suspects.map(({ orderId, sideEffects: known, execution }) => {
    const record = records.get(orderId);
    const arn = record?.executionArn ?? execution?.arn;
    const own = sideEffects.get(orderId);
    return {
      orderId,
      record,
      execution: executions && arn !== undefined ? executions.get(arn) : execution,
      // Keeps the unmatched payments, which only a scan of the whole table finds.
      sideEffects: own && withPayments(own, known?.payments ?? []),
    };
  });
}

/** Returns an order with its history; undefined if the record changed while the history was read. */
async function addHistory(stack: Stack, order: AuditedOrder): Promise<AuditedOrder | undefined> {
  const { orderId } = order;
  const record = await readRow(stack, orderId);
  const arn = record?.executionArn ?? order.execution?.arn;
  const recorded = arn === undefined ? undefined : await readOutcome(stack.target, arn);
  const after = await readRow(stack, orderId);
  const hasChanged = !isSameRow(record, order.record) || !isSameRow(record, after);
  // The start of a step appears in the history a moment after its work has begun.
  const ageMs = Date.now() - Date.parse(record?.updatedAt ?? '');
  if (hasChanged || ageMs < Math.max(minRowAgeMs, stack.target.pollMs * 3)) return undefined;
  const execution = recorded
    ? { orderId, arn: arn ?? '', status: currentStatus(order.execution, recorded.state) }
    : deletingExecution(order.execution);
  const originalArn = record && !recorded ? await findOriginalExecution(stack, record) : undefined;
  return { ...order, record, execution, recorded, originalArn };
}

/**
 * Finds the execution that created an order whose record names another one. A later execution of the same name was refused
 * and did not create it.
 */
async function findOriginalExecution(
  stack: Stack,
  { orderId, createdAt, executionArn }: OrderRecord,
): Promise<string | undefined> {
  await executionReadLimiter.acquire();
  const arn = await findExecution(stack, orderId);
  if (arn === undefined || arn === executionArn) return undefined;
  const firstWriteAt = (await readOutcome(stack.target, arn))?.transitions[0]?.at ?? '';
  const gapMs = Math.abs(Date.parse(firstWriteAt) - Date.parse(createdAt));
  return gapMs < maxPlacementGapMs ? arn : undefined;
}

/** Returns the status that the history shows. A history does not show whether an open execution is pausing. */
function currentStatus(listed: ListedExecution | undefined, state: ExecutionState): string {
  return state === 'running' && listed && isOpen(listed.status)
    ? listed.status
    : statusByState[state];
}

/** Returns the execution if it exists without a history, because it is being deleted. */
function deletingExecution(listed: ListedExecution | undefined): ListedExecution | undefined {
  return listed?.status === 'DELETING' ? listed : undefined;
}

const statusByState = {
  running: 'RUNNING',
  succeeded: 'SUCCEEDED',
  failed: 'FAILED',
  'timed-out': 'TIMED_OUT',
  stopped: 'STOPPED',
} as const satisfies Record<ExecutionState, string>;

/** Reads the outcome that a history shows; undefined if Lambda no longer retains the history. */
async function readOutcome(target: Target, arn: string): Promise<RecordedOutcome | undefined> {
  try {
    return readRecordedOutcome(await readHistory(target, arn));
  } catch (error) {
    if (error instanceof UserError && error.code === 'HistoryGone') return undefined;
    throw error;
  }
}

function isSameRow(a: OrderRecord | undefined, b: OrderRecord | undefined): boolean {
  return (
    a?.updatedAt === b?.updatedAt && a?.status === b?.status && a?.reservation === b?.reservation
  );
}

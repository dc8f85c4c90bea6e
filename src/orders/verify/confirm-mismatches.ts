import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import type { ExecutionState } from '../../workflow/history-event.ts';
import { type Recorded, recordedBy } from '../../workflow/recorded.ts';
import type { ListedExecution } from '../lookup/executions.ts';
import { readHistory } from '../lookup/history.ts';
import { findExecution } from '../lookup/read-order.ts';
import { executionReads } from '../requests/rate-limiter.ts';
import { auditAll, isOpen, isSuspect, type Judging, type Suspect } from './audit-order.ts';
import type { Mismatch } from './mismatch.ts';
import { readBooks, withPayments } from './order-side-effects.ts';
import { readRow, readRows } from './read-rows.ts';

export interface Confirmed {
  readonly mismatches: readonly Mismatch[];
  /** The orders as they were when they stood still. */
  readonly seen: readonly Suspect[];
  readonly notJudged: readonly string[];
}

export interface ConfirmOptions extends Judging {
  readonly suspects: readonly Suspect[];
  /** The executions as they now are, by ARN; absent where every history is to be read. */
  readonly relist?: () => Promise<ReadonlyMap<string, ListedExecution>>;
}

/** Histories are read one at a time, at the account's rate; so many are. */
const mostHistories = 300;
/** A row that changed so lately may be ahead of its history, ms; on AWS three times as long. */
const freshMs = 1000;
/** An order's item is written within the step whose end its history has, ms; its environment may be lost in between. */
const placingMs = 60_000;
/** How often an order that moves is looked at again. */
const looks = 4;

/**
 * Looks again at orders that seem wrong, until each is found right, or wrong while it stands still: where its history
 * decides, its row is the same before and after that is read.
 */
export async function confirm(
  target: Target,
  outputs: StackOutputs,
  { suspects, relist, ...judging }: ConfirmOptions,
): Promise<Confirmed> {
  const seen: Suspect[] = [];
  let open = suspects;
  let histories = 0;
  let unread = 0;
  for (let look = 1; look <= looks && open.length > 0; look += 1) {
    await sleep(Math.max(300, target.pollMs) * look);
    const executions = await relist?.();
    const fresh = await readAgain(target, outputs, { suspects: open, executions });
    const moving: Suspect[] = [];
    unread = 0;
    for (const suspect of fresh) {
      if (relist && !isSuspect(suspect, judging)) continue;
      if (relist && !isOpen(suspect, judging)) seen.push(suspect);
      else if (histories >= mostHistories) unread += 1;
      else {
        histories += 1;
        const still = await withHistory(target, outputs, suspect);
        if (still) seen.push(still);
        else moving.push(suspect);
      }
    }
    open = moving;
  }
  return {
    mismatches: seen.flatMap((each) => auditAll(each, judging)),
    seen,
    notJudged: [
      ...(unread > 0 ? [`${unread} orders whose histories would have to be read`] : []),
      ...(open.length > 0 ? [`${open.length} orders that moved at every look`] : []),
    ],
  };
}

interface Again {
  readonly suspects: readonly Suspect[];
  readonly executions: ReadonlyMap<string, ListedExecution> | undefined;
}

/** The orders as they now are: their executions were listed before their rows, and those are read before their books. */
async function readAgain(
  target: Target,
  outputs: StackOutputs,
  { suspects, executions }: Again,
): Promise<Suspect[]> {
  const ids = suspects.map(({ orderId }) => orderId);
  const records = await readRows(target, outputs, ids);
  const books = await readBooks(target, outputs, records.values());
  return suspects.map(({ orderId, books: known, execution }) => {
    const record = records.get(orderId);
    const arn = record?.executionArn ?? execution?.arn;
    const own = books.get(orderId);
    return {
      orderId,
      record,
      execution: executions && arn !== undefined ? executions.get(arn) : execution,
      // Payments under foreign keys were found by looking through the whole table.
      books: own && withPayments(own, known?.payments ?? []),
    };
  });
}

/** The order with its history; undefined when its row changed while that was read. */
async function withHistory(
  target: Target,
  outputs: StackOutputs,
  suspect: Suspect,
): Promise<Suspect | undefined> {
  const { orderId } = suspect;
  const record = await readRow(target, outputs, orderId);
  const arn = record?.executionArn ?? suspect.execution?.arn;
  const recorded = arn === undefined ? undefined : await historyOf(target, arn);
  const after = await readRow(target, outputs, orderId);
  const moved = [suspect.record, after].some((each) => !sameRow(record, each));
  // A step's beginning reaches the history a moment after its work has begun.
  const isFresh =
    Date.now() - Date.parse(record?.updatedAt ?? '') < Math.max(freshMs, target.pollMs * 3);
  if (moved || isFresh) return undefined;
  const execution =
    recorded && arn !== undefined ? { orderId, arn, status: statusIn[recorded.state] } : undefined;
  const namesake = record && !recorded ? await namesakeOf(target, outputs, record) : undefined;
  return { ...suspect, record, execution, recorded, namesake };
}

/** An execution of the order's name that placed it; one that came later, and was refused, is another order's. */
async function namesakeOf(
  target: Target,
  outputs: StackOutputs,
  { orderId, createdAt, executionArn }: OrderRecord,
): Promise<string | undefined> {
  await executionReads.turn();
  const arn = await findExecution(target, outputs, orderId);
  if (arn === undefined || arn === executionArn) return undefined;
  const placedAt = (await historyOf(target, arn))?.transitions[0]?.at ?? '';
  const apart = Math.abs(Date.parse(placedAt) - Date.parse(createdAt));
  return apart < placingMs ? arn : undefined;
}

const statusIn = {
  running: 'RUNNING',
  succeeded: 'SUCCEEDED',
  failed: 'FAILED',
  'timed-out': 'TIMED_OUT',
  stopped: 'STOPPED',
} as const satisfies Record<ExecutionState, ListedExecution['status']>;

/** Undefined when Lambda keeps it no longer. */
async function historyOf(target: Target, arn: string): Promise<Recorded | undefined> {
  try {
    return recordedBy(await readHistory(target, arn));
  } catch (error) {
    if (error instanceof UserError && error.code === 'HistoryGone') return undefined;
    throw error;
  }
}

function sameRow(a: OrderRecord | undefined, b: OrderRecord | undefined): boolean {
  return (
    a?.updatedAt === b?.updatedAt && a?.status === b?.status && a?.reservation === b?.reservation
  );
}

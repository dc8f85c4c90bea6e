import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { Target } from '../../target/resolve.ts';
import type { StackOutputs } from '../../target/stack.ts';
import { UserError } from '../../user-error.ts';
import type { ExecutionState } from '../../workflow/history-event.ts';
import { type Recorded, recordedBy } from '../../workflow/recorded.ts';
import { readOrders } from '../batch.ts';
import type { ListedExecution } from '../executions.ts';
import { readHistory } from '../history.ts';
import { auditBooks, type Judged } from './audit.ts';
import { type OrderBooks, readBooks, withPayments } from './books.ts';
import type { Mismatch } from './mismatch.ts';
import { auditStanding, type Lookout, needsHistory, type Standing } from './standing.ts';

/** An order that is looked at more closely. */
export interface Suspect extends Standing {
  /** Absent without a row. */
  readonly books?: OrderBooks | undefined;
}

export interface Confirmed {
  readonly mismatches: readonly Mismatch[];
  /** The orders as they were when they stood still. */
  readonly seen: readonly Suspect[];
  readonly notJudged: readonly string[];
}

interface ConfirmOptions extends Lookout {
  readonly suspects: readonly Suspect[];
  readonly judged: Judged;
  /** Whether every history is read, also where nobody doubts how the order ended. */
  readonly thorough?: boolean;
}

/** Histories are read one at a time, at the account's rate; so many are. */
const mostHistories = 300;
/** How often an order that moves is looked at again. */
const looks = 4;

/**
 * Looks again at orders that seem wrong, until each is found right, or wrong while it stands still: its row before and
 * after its history is the same.
 */
export async function confirm(
  target: Target,
  outputs: StackOutputs,
  { suspects, keptSince, judged, thorough = false }: ConfirmOptions,
): Promise<Confirmed> {
  const mismatches: Mismatch[] = [];
  const seen: Suspect[] = [];
  let open = suspects.slice(0, mostHistories);
  // Beyond what is read anew, what is certain without it is told.
  for (const each of suspects.slice(mostHistories)) {
    mismatches.push(...auditAll(each, { keptSince, judged }));
  }
  for (let look = 1; look <= looks && open.length > 0; look += 1) {
    await sleep(Math.max(300, target.pollMs) * look);
    const fresh = await lookAgain(target, outputs, { open, judged, thorough });
    open = fresh.filter(({ moved }) => moved).map(({ suspect }) => suspect);
    for (const { suspect, moved } of fresh) {
      if (moved) continue;
      seen.push(suspect);
      mismatches.push(...auditAll(suspect, { keptSince, judged }));
    }
  }
  const beyond = suspects
    .slice(mostHistories)
    .filter((each) => needsHistory(each, each.books?.calls ?? [])).length;
  return {
    mismatches,
    seen,
    notJudged: [
      ...(beyond > 0 ? [`${beyond} orders whose histories would have to be read`] : []),
      ...(open.length > 0 ? [`${open.length} orders that moved at every look`] : []),
    ],
  };
}

/** A row that is wrong itself says nothing of its books. */
export function auditAll(
  suspect: Suspect,
  { keptSince, judged }: Lookout & { readonly judged: Judged },
): Mismatch[] {
  const standing = auditStanding(suspect, { keptSince });
  if (standing.length > 0 || !suspect.books) return standing;
  return auditBooks(suspect.books, judged);
}

/** Reads rows, executions with their histories where those decide, rows again, and the books. */
async function lookAgain(
  target: Target,
  outputs: StackOutputs,
  {
    open,
    judged,
    thorough,
  }: Pick<ConfirmOptions, 'judged'> & {
    readonly open: readonly Suspect[];
    readonly thorough: boolean;
  },
) {
  const ids = open.map(({ orderId }) => orderId);
  const before = await readOrders(target, outputs, { ids });
  const seen: Suspect[] = [];
  for (const each of open)
    seen.push(
      await withExecution(target, each, { record: before.get(each.orderId), judged, thorough }),
    );
  const after = await readOrders(target, outputs, { ids });
  const books = await readBooks(target, outputs, after.values());
  return seen.map((each) => {
    const record = after.get(each.orderId);
    const moved = !sameRow(before.get(each.orderId), record);
    const fresh = books.get(each.orderId);
    // Payments under foreign keys were found by looking through the whole table.
    const strays = each.books?.payments ?? [];
    return {
      moved,
      suspect: { ...each, record, books: fresh && withPayments(fresh, strays) },
    };
  });
}

async function withExecution(
  target: Target,
  suspect: Suspect,
  {
    record,
    judged,
    thorough,
  }: {
    readonly record: OrderRecord | undefined;
    readonly judged: Judged;
    readonly thorough: boolean;
  },
): Promise<Suspect> {
  const { orderId, books } = suspect;
  const arn = record?.executionArn ?? suspect.execution?.arn;
  // Where one of its books alone is wrong, nobody doubts how the order ended.
  const isCertain =
    !thorough &&
    auditStanding(suspect, { keptSince: 0 }).length === 0 &&
    !needsHistory(suspect, books?.calls ?? []) &&
    books !== undefined &&
    auditBooks(books, judged).length === 1;
  if (arn === undefined || isCertain) return { ...suspect, record };
  const recorded = await historyOf(target, arn);
  const execution = recorded && { orderId, arn, status: statusIn[recorded.state] };
  return { ...suspect, record, execution, recorded };
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

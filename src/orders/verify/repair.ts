/** Mends what does not add up about one order. */
import { dueOf } from '../../../functions/contract/expected-side-effects.ts';
import { isEnd } from '../../../functions/contract/workflow.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { findExecution } from '../lookup/read-order.ts';
import type { Suspect } from './audit-order.ts';
import { reservationInLog } from './audit-side-effects.ts';
import { confirm } from './confirm-mismatches.ts';
import { recoverNow, settleNow } from './invoke-recovery.ts';
import { auditBalances } from './loyalty-balances.ts';
import type { Mismatch } from './mismatch.ts';
import {
  findStrayPayments,
  noStrays,
  readBooks,
  readCalls,
  withStrays,
} from './order-side-effects.ts';
import { readRow } from './read-rows.ts';
import { isRecovering } from './read-window.ts';
import { toldBy } from './rebuild-row.ts';
import { isSettling } from './recovery-window.ts';
import { readFrame } from './stack-settings.ts';
import { correctExecution, correctReservation, restoreRow, writeRow } from './write-rows.ts';

/** What a repair does about a mismatch. */
export type Deed = 'write-row' | 'restore-row' | 'correct-row' | 'recover' | 'settle';

export interface Examined {
  readonly orderId: string;
  readonly mismatches: readonly Mismatch[];
  /** What is done first; what is left then is looked at again. Absent when nothing can be done here. */
  readonly deed?: Deed;
}

export interface Repaired {
  readonly orderId: string;
  readonly deeds: readonly Deed[];
  /** What was wrong. */
  readonly mended: readonly Mismatch[];
  /** What still is: for a person to decide about. */
  readonly left: readonly Mismatch[];
}

/** One mend may uncover another: a row that is written anew is recovered, and then settled. */
const mostDeeds = 8;

/** What is wrong about an order, and what would be done about it. Throws a UserError when there is no such order (exit 5). */
export async function examineOrder(
  target: Target,
  outputs: StackOutputs,
  orderId: string,
): Promise<Examined> {
  const { suspect: _, ...examined } = await examine(target, outputs, orderId);
  return examined;
}

/** Mends an order until nothing is wrong about it that can be mended here. Doing it again changes nothing. */
export async function repairOrder(
  target: Target,
  outputs: StackOutputs,
  { orderId, signal }: { readonly orderId: string; readonly signal: AbortSignal },
): Promise<Repaired> {
  const deeds: Deed[] = [];
  const mended: Mismatch[] = [];
  for (;;) {
    const { mismatches, deed, suspect } = await examine(target, outputs, orderId);
    const isOver = deed === undefined || deeds.length === mostDeeds || signal.aborted;
    if (isOver) return { orderId, deeds, mended, left: mismatches };
    const kinds = new Set(mended.map(({ kind }) => kind));
    mended.push(...mismatches.filter(({ kind, mends }) => mends && !kinds.has(kind)));
    deeds.push(deed);
    await doings[deed](target, outputs, { suspect, signal });
  }
}

async function examine(target: Target, outputs: StackOutputs, orderId: string) {
  const [frame, record] = await Promise.all([readFrame(target), readRow(target, outputs, orderId)]);
  const arn = record?.executionArn ?? (await findExecution(target, outputs, orderId));
  if (arn === undefined) throw notFound(orderId);
  const books = record && (await readBooks(target, outputs, [record])).get(orderId);
  const strays = frame.keepsPayments ? await findStrayPayments(target, outputs) : noStrays;
  const suspect: Suspect = {
    orderId,
    record,
    execution: { orderId, arn, status: 'RUNNING' },
    books: books && withStrays(books, strays),
  };
  const { keptSince, keepsPayments } = frame;
  const judging = { keptSince, judged: { payments: keepsPayments } };
  const confirmed = await confirm(target, outputs, { suspects: [suspect], ...judging });
  const balances = record ? (await auditBalances(target, outputs, [record])).mismatches : [];
  const [seen = suspect] = confirmed.seen;
  const mismatches = confirmed.mismatches.length > 0 ? confirmed.mismatches : balances;
  if (mismatches.some(({ kind }) => kind === 'unfinished')) {
    const recovering = await isRecovering(target, outputs);
    if (isSettling(seen, { recovering, timeScale: target.timeScale })) throw settling(orderId);
  }
  const deed = mismatches.map((each) => deedFor(each, seen)).find((each) => each !== undefined);
  return { orderId, mismatches, suspect: seen, ...(deed ? { deed } : {}) };
}

function settling(orderId: string): UserError {
  return new UserError(`Recovery is about to close ${orderId}, or is at it.`, {
    hint: `orders watch ${orderId}`,
    exit: 6,
    code: 'Recovering',
  });
}

function notFound(orderId: string): UserError {
  return new UserError(`There is no order ${orderId}, neither in the table nor as an execution.`, {
    hint: 'orders list',
    exit: 5,
    code: 'NotFound',
  });
}

function deedFor({ kind, mends }: Mismatch, suspect: Suspect): Deed | undefined {
  if (!mends) return undefined;
  switch (kind) {
    case 'lost-row':
      return 'write-row';
    case 'ahead':
    case 'behind':
    case 'wrong-end':
    case 'transitions':
      return 'restore-row';
    case 'lost-execution':
      return suspect.namesake === undefined ? 'recover' : 'correct-row';
    case 'unfinished': {
      const told = suspect.recorded && toldBy(suspect.recorded, suspect.record);
      return told && isEnd(told.status) ? 'restore-row' : 'recover';
    }
    case 'leaked-reservation':
    case 'wrong-reservation':
      return isRowAlone(suspect) ? 'correct-row' : 'settle';
    default:
      return 'settle';
  }
}

/** Whether the log of the moves has the end that is due: then no stock is to be moved. */
function isRowAlone({ record, books }: Suspect): boolean {
  const logged = books && reservationInLog(books);
  return logged !== undefined && (record && dueOf(record))?.reservations.includes(logged) === true;
}

interface Doing {
  readonly suspect: Suspect;
  readonly signal: AbortSignal;
}

const doings: Readonly<
  Record<Deed, (target: Target, outputs: StackOutputs, doing: Doing) => Promise<unknown>>
> = {
  'write-row': async (target, outputs, { suspect }) => {
    const { orderId, execution } = suspect;
    const calls = await readCalls(target, outputs, orderId);
    return writeRow(target, outputs, { orderId, arn: execution?.arn ?? '', calls });
  },
  'restore-row': async (target, outputs, { suspect: { record, recorded } }) => {
    const told = recorded && toldBy(recorded, record);
    if (record && told) await restoreRow(target, outputs, { seen: record, told });
  },
  'correct-row': async (target, outputs, { suspect: { record, books, namesake } }) => {
    if (record && namesake !== undefined) {
      await correctExecution(target, outputs, { seen: record, executionArn: namesake });
      return;
    }
    const reservation = books && reservationInLog(books);
    if (record && reservation) {
      await correctReservation(target, outputs, { seen: record, reservation });
    }
  },
  recover: async (target, outputs, { suspect, signal }) => {
    const { orderId, record, execution } = suspect;
    const status = execution?.status ?? 'STOPPED';
    const ended = status === 'TIMED_OUT' || status === 'FAILED' ? status : 'STOPPED';
    const arn = record?.executionArn ?? execution?.arn ?? '';
    await recoverNow(target, outputs, { orderId, arn, status: ended, signal });
  },
  settle: async (target, outputs, { suspect, signal }) => {
    const { orderId, books } = suspect;
    const payments = books?.payments.map(({ key }) => key) ?? [];
    await settleNow(target, outputs, { orderId, payments, signal });
  },
};

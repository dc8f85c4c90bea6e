/** Selection, confirmation and output of `orders pause` and `orders resume`. */

import { Flags } from '@oclif/core';
import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import { listPauseRisks } from '../../deploy/durable-sdk.ts';
import type { Stack } from '../../environment/stack.ts';
import {
  changePause,
  type PauseAction,
  type PauseOutcome,
  type PauseResult,
  type SelectedOrder,
} from '../../orders/actions/pause.ts';
import { locateExecutions, selectExecutions } from '../../orders/actions/select-executions.ts';
import { findOrders } from '../../orders/lookup/find.ts';
import { UserError } from '../../user-error.ts';
import { confirmFlag, timeoutFlag } from '../command/base-command.ts';
import { confirmYes } from '../command/confirm.ts';
import { interruptExitCode, listenForInterrupt } from '../command/interrupt.ts';
import { orderStatuses } from '../list/order-statuses.ts';
import { statusFlag } from '../list/status-flag.ts';
import { parseTime } from '../terminal/format-time.ts';
import { mark } from '../terminal/terminal.ts';

/** Maximum length of a reason (characters, Lambda's limit). */
export const maxReasonLength = 1024;
/** AWS documents no quota for these requests. This rate is far below the quota for stop requests (300 per second). */
export const defaultRate = 10;

/** Flags of both commands. */
export const pauseFlags = () => ({
  reason: Flags.string({
    description: 'reason, stored in the history',
    helpValue: '<text>',
    parse: async (text) => parseReason(text),
  }),
  status: statusFlag(),
  customer: Flags.string({ description: 'only orders of this customer', helpValue: '<id>' }),
  since: Flags.string({
    description: 'only orders created after this time',
    helpValue: '<time|duration>',
  }),
  rate: Flags.integer({
    description: 'maximum requests per second',
    helpValue: '<n>',
    default: defaultRate,
    min: 1,
    max: 100,
  }),
  yes: Flags.boolean({ char: 'y', description: 'skip the confirmation for several orders' }),
  confirm: confirmFlag(),
  timeout: timeoutFlag(),
});

function parseReason(text: string): string {
  if (text.length <= maxReasonLength) return text;
  throw new UserError(`The reason is longer than ${maxReasonLength} characters.`, {
    hint: 'shorten --reason',
  });
}

export interface PauseFlags {
  readonly reason?: string | undefined;
  /** `--running` or `--paused`: all orders to which the command applies. */
  readonly all: boolean;
  readonly status?: readonly string[] | undefined;
  readonly customer?: string | undefined;
  readonly since?: string | undefined;
  readonly rate: number;
  readonly keepTimeout: boolean;
  readonly yes: boolean;
  readonly 'no-input': boolean;
  readonly timeout?: number | undefined;
  readonly json: boolean;
}

/** Result for one order in the JSON output. */
export interface PauseRecord extends Omit<PauseResult, 'arn'> {
  readonly executionArn: string;
}

const states = { pause: 'running', resume: 'paused' } as const;

/**
 * Returns the named orders, or those that match the filters. `resume` without a name or filter selects all paused orders. Throws
 * UserError if there are none.
 */
export async function selectOrdersTo(
  stack: Stack,
  action: PauseAction,
  { references, flags }: { readonly references: readonly string[]; readonly flags: PauseFlags },
): Promise<SelectedOrder[]> {
  const { all, status, customer, since } = flags;
  const isFiltered = all || status !== undefined || customer !== undefined || since !== undefined;
  if (references.length > 0) {
    if (isFiltered) {
      throw new UserError('Order ids and filters cannot be combined.', {
        hint: `orders ${action} --customer CUST-001`,
      });
    }
    return locateNamed(stack, references);
  }
  if (!isFiltered && action === 'pause') {
    throw new UserError('No orders selected.', {
      hint: ['orders pause latest', 'orders pause --running'],
    });
  }
  const selected = await selectExecutions(stack, action, {
    statuses: orderStatuses.filter((name): name is OrderStatus => status?.includes(name) ?? false),
    customerId: customer,
    since: since === undefined ? undefined : Date.parse(parseTime(since)),
  });
  if (selected.length > 0) return selected;
  throw new UserError(`No ${states[action]} orders match.`, { exit: 5, code: 'NotFound' });
}

async function locateNamed(stack: Stack, references: readonly string[]): Promise<SelectedOrder[]> {
  const { found, missing } = await locateExecutions(stack, await findOrders(stack, references));
  if (missing.length === 0) return found;
  throw new UserError(`No execution exists for ${missing.join(', ')}.`, {
    hint: `orders get ${missing[0]}`,
    exit: 5,
    code: 'NotFound',
  });
}

const maxShownOrders = 10;

/** Prints the selected orders and asks for confirmation, except for one named order or with `--yes`. */
export async function confirmPause(
  orders: readonly SelectedOrder[],
  action: PauseAction,
  { named, flags }: { readonly named: boolean; readonly flags: PauseFlags },
): Promise<void> {
  if (named && orders.length === 1) return;
  const count = orders.length === 1 ? '1 order' : `${orders.length} orders`;
  if (!flags.json || !flags.yes) {
    const shown = orders.slice(0, maxShownOrders).map(({ orderId }) => orderId);
    const more =
      orders.length > maxShownOrders ? ` and ${orders.length - maxShownOrders} more` : '';
    const verb = orders.length === 1 ? 'matches' : 'match';
    process.stderr.write(`${count} ${verb}: ${shown.join(', ')}${more}\n`);
  }
  if (flags.yes) return;
  const [verb, gerund, done] =
    action === 'pause' ? ['Pause', 'Pausing', 'paused'] : ['Resume', 'Resuming', 'resumed'];
  await confirmYes(flags, {
    question: `${verb} ${orders.length === 1 ? 'it' : 'all of them'}?`,
    nonInteractiveMessage: `${gerund} ${count} requires confirmation.`,
    refusedMessage: `Nothing was ${done}.`,
  });
}

/** Returns the warnings to print before orders are paused. */
export function warningsFor(stack: Stack, orders: readonly SelectedOrder[]): Promise<string[]> {
  return listPauseRisks(
    stack,
    orders.map(({ arn }) => arn),
  );
}

/** Pauses or resumes the orders, reports each result to `onResult`, and sets the exit code. */
export async function runPause(
  stack: Stack,
  orders: readonly SelectedOrder[],
  {
    action,
    flags,
    onResult,
  }: {
    readonly action: PauseAction;
    readonly flags: PauseFlags;
    readonly onResult: (record: PauseRecord) => void;
  },
): Promise<PauseRecord[]> {
  const { reason, rate, keepTimeout, timeout } = flags;
  const { signal, release } = listenForInterrupt(timeout);
  const records: PauseRecord[] = [];
  try {
    const results = changePause(stack, orders, { action, reason, rate, keepTimeout, signal });
    for await (const { arn, ...result } of results) {
      const record = { ...result, executionArn: arn };
      records.push(record);
      onResult(record);
    }
  } finally {
    release();
  }
  process.exitCode = exitCodeFor(records, interruptExitCode(signal));
  return records;
}

export const goodResults: ReadonlySet<PauseOutcome> = new Set(['paused', 'resumed', 'unchanged']);
const openResults: ReadonlySet<PauseOutcome> = new Set(['pausing', 'resuming', 'skipped']);

function exitCodeFor(records: readonly PauseRecord[], interrupted: number): number {
  const bad = records.filter(({ result }) => !goodResults.has(result) && !openResults.has(result));
  if (bad.length > 0) {
    if (records.length > 1) return 13;
    return bad[0]?.result === 'ended' ? 6 : 7;
  }
  return records.every(({ result }) => goodResults.has(result)) ? 0 : interrupted;
}

/** Returns the result for one order as one line. */
export function formatPauseRecord(record: PauseRecord): string {
  const { result } = record;
  const symbol = openResults.has(result) ? 'note' : goodResults.has(result) ? 'done' : 'failed';
  return `${mark(symbol, process.stdout)} ${record.orderId} ${pauseText(record)}\n`;
}

/** Returns the result for one order as the end of a sentence about it. */
export function pauseText({ result, status, message }: Omit<PauseResult, 'arn'>): string {
  const state = status === undefined ? '' : ` (${status})`;
  const texts: Record<PauseOutcome, string> = {
    paused: 'is paused',
    resumed: `is resumed${status === 'RUNNING' ? '' : state}`,
    pausing: `was not paused yet${state}; its request takes effect at the next checkpoint`,
    resuming: `was not resumed yet${state}`,
    unchanged: status === 'PAUSED' ? 'was already paused' : 'is not paused',
    ended: status === undefined ? 'has no execution any longer' : `has ended${state}`,
    refused: `was refused: ${message}`,
    skipped: 'was left unchanged: the command was interrupted',
  };
  return texts[result];
}

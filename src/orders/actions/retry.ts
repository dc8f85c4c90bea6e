import type { OrderRecord } from '../../../functions/contract/api.ts';
import {
  canonicalEvent,
  type Order,
  toDecimal,
  totalMinor,
} from '../../../functions/contract/order.ts';
import type { ShownStatus } from '../../../functions/contract/workflow.ts';
import type { Stack } from '../../environment/stack.ts';
import { UserError } from '../../user-error.ts';
import type { LocatedOrder } from '../lookup/find.ts';
import { retryId } from '../lookup/retry-id.ts';
import { linkOriginal, linkRetry } from '../lookup/retry-link.ts';
import { readOrders } from '../tables/orders-table.ts';
import { checkOrder } from './check-order.ts';
import { applySettings, diffOrders, type FieldChange, type FieldSetting } from './order-changes.ts';
import {
  doubleChargeError,
  type RetrySource,
  readRetrySource,
  retryRefusal,
  toOrderInput,
} from './retry-source.ts';
import { submitOrder } from './submit.ts';

export interface RetryOptions {
  /** The original. */
  readonly found: LocatedOrder;
  readonly settings: readonly FieldSetting[];
  /** The id of the new order; derived from the original's if absent. */
  readonly id?: string | undefined;
  /** Allow a retry that charges the customer twice. */
  readonly chargeAgain: boolean;
  /** Return the planned order without starting it. */
  readonly dryRun: boolean;
}

export interface RetryOutcome {
  readonly orderId: string;
  readonly retryOf: string;
  /** `exists`: the same retry was started before; `planned`: dry run. */
  readonly result: 'started' | 'exists' | 'planned';
  readonly changes: readonly FieldChange[];
  readonly customerId: string;
  readonly lines: number;
  readonly total: number;
  readonly executionArn?: string;
  /** The status of an existing retry. */
  readonly status?: ShownStatus;
}

/** Maximum number of derived ids that are tried. */
const maxRetryIds = 20;
/** Maximum attempts when other retries of the same order are recorded at the same time. */
const maxConflictRetries = 5;

/**
 * Starts a new order with the data of an earlier one, changed by `settings`, and links the two. Repeating the same retry
 * returns the same order. Throws a UserError if there is no original (exit 5), if the customer would be charged twice or the id
 * belongs to another order (exit 6), or if the new order is not valid (exit 2).
 */
export async function retryOrder(stack: Stack, options: RetryOptions): Promise<RetryOutcome> {
  for (let attempt = 1; attempt <= maxConflictRetries; attempt += 1) {
    const planned = await planRetry(stack, options);
    const outcome = options.dryRun ? toOutcome(planned, 'planned') : await start(stack, planned);
    if (outcome) return outcome;
  }
  const { orderId } = options.found;
  throw new UserError(`${orderId} is being retried by someone else.`, {
    hint: `orders get ${orderId}`,
    exit: 6,
    code: 'Conflict',
  });
}

interface PlannedRetry {
  readonly source: RetrySource;
  readonly order: Order;
  readonly orderId: string;
  /** The item of the same retry, if it was started before. */
  readonly existing?: OrderRecord;
}

async function planRetry(stack: Stack, options: RetryOptions): Promise<PlannedRetry> {
  const source = await readRetrySource(stack, options);
  const order = checkOrder(applySettings(source.order, options.settings));
  return { source, order, ...(await chooseId(stack, { source, order, options })) };
}

/** Links and starts a retry. Returns undefined if another retry of the original was recorded meanwhile. */
async function start(stack: Stack, planned: PlannedRetry): Promise<RetryOutcome | undefined> {
  const { source, order, orderId, existing } = planned;
  const isLinked = !source.item || (await linkRetry(stack, { order: source.item, orderId }));
  if (!isLinked) return undefined;
  const submitted = existing
    ? undefined
    : await submitOrder(stack, { event: { orderId, order }, via: 'invoke' });
  // Without this link the item of the original still names the retry; repeating the retry adds the link.
  await linkOriginal(stack, { orderId, retryOf: source.orderId });
  const outcome = toOutcome(planned, 'started');
  const { executionArn = outcome.executionArn } = submitted ?? {};
  return { ...outcome, ...(executionArn === undefined ? {} : { executionArn }) };
}

function toOutcome(
  { source, order, orderId, existing }: PlannedRetry,
  result: 'started' | 'planned',
): RetryOutcome {
  return {
    orderId,
    retryOf: source.orderId,
    result: existing ? 'exists' : result,
    changes: diffOrders(source.order, order),
    customerId: order.customerId,
    lines: order.items.length,
    total: toDecimal(totalMinor(order)),
    ...(existing ? { executionArn: existing.executionArn, status: existing.status } : {}),
  };
}

interface IdChoiceOptions {
  readonly source: RetrySource;
  readonly order: Order;
  readonly options: RetryOptions;
}

/** Chooses the id of the new order. Returns the existing order if the same retry was started before. */
async function chooseId(
  stack: Stack,
  { source, order, options: { id, chargeAgain } }: IdChoiceOptions,
): Promise<Pick<PlannedRetry, 'orderId' | 'existing'>> {
  const { retriedAs = [] } = source.item ?? {};
  const candidates = id === undefined ? derivedIds(source.orderId) : [id];
  const items = await readOrders(stack, { ids: [...candidates, ...retriedAs] });
  const existing = [...items.values()].find(
    (item) => (id === undefined || item.orderId === id) && isSameRetry(item, source, order),
  );
  if (existing) return { orderId: existing.orderId, existing };
  if (!chargeAgain) rejectIfRetryActive(source.orderId, retriedAs, items);
  const free = candidates.find((candidate) => !items.has(candidate));
  if (free !== undefined) return { orderId: free };
  throw new UserError(
    id === undefined
      ? `${source.orderId} has too many retries to derive another id.`
      : `${id} already exists with a different order.`,
    { hint: 'choose an id for the new order: --id', exit: 6, code: 'Conflict' },
  );
}

function derivedIds(orderId: string): string[] {
  return Array.from({ length: maxRetryIds }, (_, skip) => retryId(orderId, skip));
}

/** Whether an order is a retry of `source` with the same fields as `order`. A new retry may not name its original yet. */
function isSameRetry(item: OrderRecord, { orderId }: RetrySource, order: Order): boolean {
  const { retryOf = orderId } = item;
  if (retryOf !== orderId || item.orderId === orderId) return false;
  return serializeOrder(toOrderInput(item)) === serializeOrder(order);
}

const serializeOrder = (order: Order) => canonicalEvent({ orderId: '', order });

/** Throws a UserError if another retry is running or was charged. */
function rejectIfRetryActive(
  orderId: string,
  retriedAs: readonly string[],
  items: ReadonlyMap<string, OrderRecord>,
): void {
  for (const item of items.values()) {
    const isRetry = retriedAs.includes(item.orderId) || item.retryOf !== undefined;
    const refusal = isRetry ? retryRefusal(item) : undefined;
    if (!refusal) continue;
    const reason = `was already retried as ${item.orderId}, which ${refusal.reason}`;
    throw doubleChargeError(orderId, { reason, fix: refusal.fix });
  }
}

import type { OrderRecord } from '../../../functions/contract/api.ts';
import {
  canonicalEvent,
  type Order,
  toDecimal,
  totalMinor,
} from '../../../functions/contract/order.ts';
import type { ShownStatus } from '../../../functions/contract/workflow.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { readOrders } from '../lookup/batch-get.ts';
import type { Found } from '../lookup/find.ts';
import { retryId } from '../lookup/retry-id.ts';
import { nameOrigin, nameRetry } from '../lookup/retry-link.ts';
import { checkOrder } from './check-order.ts';
import { applySettings, type Change, changesBetween, type Setting } from './order-changes.ts';
import {
  chargedTwice,
  placedAs,
  type RetrySource,
  readRetrySource,
  whyNotAgain,
} from './retry-source.ts';
import { submitOrder } from './submit.ts';

export interface RetryOptions {
  /** The order that is tried again. */
  readonly found: Found;
  readonly settings: readonly Setting[];
  /** The new order's id; one that counts on from the old one's when absent. */
  readonly id?: string | undefined;
  /** Whether an order that was, is being or is still paid may be tried again. */
  readonly chargeAgain: boolean;
  /** Whether nothing is to be done but to say what would be. */
  readonly dryRun: boolean;
}

export interface Retried {
  readonly orderId: string;
  readonly retryOf: string;
  /** `exists`: this very retry was started before; `planned`: by a dry run. */
  readonly result: 'started' | 'exists' | 'planned';
  readonly changes: readonly Change[];
  readonly customerId: string;
  readonly lines: number;
  readonly total: number;
  readonly executionArn?: string;
  /** Where an order is that existed. */
  readonly status?: ShownStatus;
}

/** So many ids are tried from the old one's on. */
const mostTries = 20;
/** So often it is looked again when somebody else tries the same order at the same moment. */
const mostRaces = 5;

/**
 * Starts a new order with what an old one was placed with, changed by `settings`; each names the other. The same again is
 * the same order, not one more. Throws a UserError when there is nothing to try again (exit 5), when its customer would
 * be charged twice or the id is another order's (exit 6), or when the order is not valid (exit 2).
 */
export async function retryOrder(
  target: Target,
  outputs: StackOutputs,
  options: RetryOptions,
): Promise<Retried> {
  const { found, settings, dryRun } = options;
  for (let race = 0; race < mostRaces; race++) {
    const source = await readRetrySource(target, outputs, options);
    const order = checkOrder(applySettings(source.order, settings));
    const { orderId, there } = await chooseId(target, outputs, { source, order, options });
    const retried: Retried = {
      orderId,
      retryOf: source.orderId,
      result: there ? 'exists' : dryRun ? 'planned' : 'started',
      changes: changesBetween(source.order, order),
      customerId: order.customerId,
      lines: order.items.length,
      total: toDecimal(totalMinor(order)),
      ...(there ? { executionArn: there.executionArn, status: there.status } : {}),
    };
    if (dryRun) return retried;
    const isNamed =
      !source.item || (await nameRetry(target, outputs, { order: source.item, orderId }));
    if (!isNamed) continue;
    const started = there ? {} : await start(target, outputs, { orderId, order });
    // Without it the old order's item still tells; the same retry again puts it right.
    await nameOrigin(target, outputs, { orderId, retryOf: source.orderId });
    return { ...retried, ...started };
  }
  throw new UserError(`${found.orderId} is being tried again by somebody else.`, {
    hint: `orders get ${found.orderId}`,
    exit: 6,
    code: 'Conflict',
  });
}

async function start(
  target: Target,
  outputs: StackOutputs,
  event: { readonly orderId: string; readonly order: Order },
): Promise<Pick<Retried, 'executionArn'>> {
  const { executionArn } = await submitOrder(target, outputs, { event, via: 'invoke' });
  return executionArn === undefined ? {} : { executionArn };
}

interface Choice {
  readonly source: RetrySource;
  readonly order: Order;
  readonly options: RetryOptions;
}

/** The id of the new order, and its item when this very retry was started before. */
async function chooseId(
  target: Target,
  outputs: StackOutputs,
  { source, order, options: { id, chargeAgain } }: Choice,
): Promise<{ readonly orderId: string; readonly there?: OrderRecord }> {
  const { retriedAs = [] } = source.item ?? {};
  const candidates =
    id === undefined
      ? Array.from({ length: mostTries }, (_, skip) => retryId(source.orderId, skip))
      : [id];
  const items = await readOrders(target, outputs, { ids: [...candidates, ...retriedAs] });
  const wanted = id === undefined ? [...items.values()] : [...items.values()].filter(hasId(id));
  const there = wanted.find((each) => isThisRetry(each, source, order));
  if (there) return { orderId: there.orderId, there };
  if (!chargeAgain) refuseBesides(source.orderId, retriedAs, items);
  const free = candidates.find((each) => !items.has(each));
  if (free !== undefined) return { orderId: free };
  throw new UserError(
    id === undefined
      ? `${source.orderId} was tried again too often to count on.`
      : `${id} already exists with a different order.`,
    { hint: 'give the new order an id: --id', exit: 6, code: 'Conflict' },
  );
}

const hasId =
  (id: string) =>
  ({ orderId }: OrderRecord) =>
    orderId === id;

/** Whether an order is a try of `source` with the very fields of `order`. One just started may not say of what yet. */
function isThisRetry(item: OrderRecord, { orderId }: RetrySource, order: Order): boolean {
  const { retryOf = orderId } = item;
  if (retryOf !== orderId || item.orderId === orderId) return false;
  return bytesOf(placedAs(item)) === bytesOf(order);
}

const bytesOf = (order: Order) => canonicalEvent({ orderId: '', order });

/** Refuses one more try where another one is on its way or has gone through. */
function refuseBesides(
  orderId: string,
  retriedAs: readonly string[],
  items: ReadonlyMap<string, OrderRecord>,
): void {
  for (const item of items.values()) {
    const isTry = retriedAs.includes(item.orderId) || item.retryOf !== undefined;
    const why = isTry ? whyNotAgain(item) : undefined;
    if (!why) continue;
    const is = `was tried again as ${item.orderId}, which ${why.is}`;
    throw chargedTwice(orderId, { is, fix: why.fix });
  }
}

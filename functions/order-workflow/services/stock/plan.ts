/** Chooses the shards from which an order reserves its units. */
import { createHash } from 'node:crypto';
import type { ReservedUnits } from '../../../contract/api.ts';
import { maxTransactionItems } from '../../../contract/stock.ts';
import type { Cancellation, ItemOutcome } from '../../../shared/transactions.ts';
import { OrderRejected } from '../../failures.ts';
import { findUnits, type Heads, type Line, readHeads } from './find-units.ts';
import { gatherUnits } from './gather.ts';
import { splitStock } from './split.ts';

/** The units of one product. */
interface ProductPlan {
  readonly line: Line;
  readonly units: readonly ReservedUnits[];
  /** Whether a shard had too few units: then all shards are read before others are chosen. */
  readonly isScarce: boolean;
}

export type Plan = readonly ProductPlan[];

/** Items of a reservation that are not stock: the order, and the record of the call. */
const otherItems = 2;

/** Chooses one shard of each product. The choice depends on `key`. Reads shard 0 of the products if the caller has not read them. */
export async function planReservation(
  lines: readonly Line[],
  key: string,
  known?: Heads,
): Promise<Plan> {
  const heads = known ?? (await readHeads(lines.map(([productId]) => productId)));
  return lines.map((line) => {
    const [productId, quantity] = line;
    const shard = hash(`${key}#${productId}`) % (heads.get(productId)?.shards ?? 1);
    return { line, units: [{ productId, shard, quantity }], isScarce: false };
  });
}

/**
 * Chooses other shards for the products whose items prevented the transaction. `failed` contains the outcomes of the plan's units, in
 * their order. Throws OrderRejected if a product is out of stock.
 */
export async function revisePlan(plan: Plan, failed: Cancellation, key: string): Promise<Plan> {
  const revised: ProductPlan[] = [];
  let start = 0;
  for (const product of plan) {
    const end = start + product.units.length;
    const [item] = failed.items.slice(start, end);
    revised.push(await revise(product, { outcomes: failed.outcomes.slice(start, end), item, key }));
    start = end;
  }
  return fitTransaction(revised);
}

interface Failure {
  readonly outcomes: readonly ItemOutcome[];
  /** The first item, if its condition failed. */
  readonly item: Cancellation['items'][number];
  readonly key: string;
}

async function revise(
  product: ProductPlan,
  { outcomes, item, key }: Failure,
): Promise<ProductPlan> {
  const { line, units, isScarce } = product;
  const [productId, quantity] = line;
  const choice = hash(`${key}#${productId}`);
  const isShort = outcomes.includes('condition failed');
  if (!isShort && !outcomes.includes('busy')) return product;
  if (isShort && isWholeStock(units, item)) throw outOfStock(productId);
  if (isShort || isScarce) {
    const found = await findUnits(line, choice);
    if (!found) throw outOfStock(productId);
    return { line, units: found, isScarce: true };
  }
  const shards = await splitStock(productId);
  const last = units[0]?.shard ?? 0;
  const shard = shards === 1 ? 0 : (last + 1 + (choice % (shards - 1))) % shards;
  return { line, units: [{ productId, shard, quantity }], isScarce };
}

/** Whether the failed condition applied to the whole stock: the product has one shard. */
function isWholeStock(units: readonly ReservedUnits[], item: Failure['item']): boolean {
  return units[0]?.shard === 0 && Number(item?.['shards']?.N ?? 1) === 1;
}

/** Gathers the units of the products with the most shards until all fit into one transaction. */
async function fitTransaction(plan: Plan): Promise<Plan> {
  const count = plan.reduce((sum, { units }) => sum + units.length, 0);
  if (count <= maxTransactionItems - otherItems) return plan;
  const [largest] = plan.toSorted((a, b) => b.units.length - a.units.length);
  if (!largest) return plan;
  const gathered = { ...largest, units: await gatherUnits(largest.units) };
  return fitTransaction(plan.map((product) => (product === largest ? gathered : product)));
}

export function outOfStock(productId: string): OrderRejected {
  return new OrderRejected('out-of-stock', `The product ${productId} is out of stock`);
}

function hash(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE();
}

/**
 * The path of an order: the statuses that it passes through unless it fails. A stored order is verified against the path of
 * the workflow that it ran, because later versions may have added or removed stages. Pure.
 */
import type { OrderRecord } from './api.ts';
import { type OrderStatus, reviewedStage, stage, stages } from './workflow.ts';

/**
 * The path of orders without a stored path: the workflow before paths were stored. This list describes existing items, so
 * it stays as it is when the workflow changes.
 */
const originalPath: readonly string[] = [
  'validated',
  'inventory-checked',
  'payment-processed',
  'inventory-reserved',
  'fraud-checked',
  'credit-checked',
  'invoice-generated',
  'awaiting-warehouse',
  'items-picked',
  'quality-checked',
  'packaged',
  'awaiting-pickup',
  'shipped',
  'completed',
];

/** The original workflow checks the credit of orders above this total (currency units). */
const originalCreditLimit = 1000;

/**
 * Returns the path of a new order with this total (currency units), for its item. Undefined if it is the path of the
 * original workflow: the item stays smaller then.
 */
export function pathToStore(total: number): readonly OrderStatus[] | undefined {
  const path = currentPath(total);
  return path.join() === originalPathFor(total).join() ? undefined : path;
}

/** Returns the path of a stored order. Its statuses need not exist in the current workflow. */
export function orderPath({
  path,
  total = 0,
}: Partial<Pick<OrderRecord, 'path' | 'total'>>): readonly string[] {
  return path ?? originalPathFor(total);
}

/** Returns the position of a status on a path, undefined if it is not on it. Failed and cancelled orders are past its end. */
export function pathPosition(path: readonly string[], status: OrderStatus): number | undefined {
  if (status === 'failed' || status === 'cancelled') return path.length;
  const isReview = status === 'awaiting-review';
  const index = path.indexOf(isReview ? stage(reviewedStage).status : status);
  if (index < 0) return undefined;
  return isReview ? index - 0.5 : index;
}

function currentPath(total: number): OrderStatus[] {
  return stages.flatMap((candidate) => {
    const isSkipped = 'when' in candidate && !candidate.when.appliesTo(total);
    return 'status' in candidate && !isSkipped ? [candidate.status] : [];
  });
}

function originalPathFor(total: number): readonly string[] {
  if (total > originalCreditLimit) return originalPath;
  return originalPath.filter((status) => status !== 'credit-checked');
}

import { type OrderStatus, statuses } from '../../../functions/contract/workflow.ts';

/** All statuses of order items, in the order of the workflow. */
export const orderStatuses: readonly OrderStatus[] = [
  ...statuses.filter((status) => status !== 'completed'),
  'awaiting-review',
  'completed',
  'failed',
  'cancelled',
];

import type { OrderRecord } from './api.ts';

/** The attributes of an order that contain no personal data and no order lines. The policy for observers allows to read them. */
export const publicFields = [
  'orderId',
  'status',
  'customerId',
  'total',
  'transitions',
  'executionArn',
  'createdAt',
  'updatedAt',
  'failure',
  'undos',
  'warnings',
  'review',
  'cancelRequested',
  'handOver',
  'flagged',
  'reservation',
  'waitingFor',
  'waitingSince',
  'retryOf',
  'retriedAs',
  'path',
] as const satisfies readonly (keyof OrderRecord)[];

/** An order without personal data. */
export type PublicOrder = Pick<OrderRecord, (typeof publicFields)[number]>;

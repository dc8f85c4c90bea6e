import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { services } from '../order-workflow/services/services.ts';
import { flagOrder, readOrder } from './orders.ts';
import { recoverOrder, type StatusChange } from './recover-order.ts';

export const handler = withDurableExecution((event: StatusChange, context) =>
  recoverOrder(event, context, {
    ports: services,
    orders: { read: readOrder, flag: flagOrder },
    settleSeconds: Number(process.env['SETTLE_SECONDS'] ?? 60),
  }),
);

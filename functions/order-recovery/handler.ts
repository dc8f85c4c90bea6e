import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { services } from '../order-workflow/services/services.ts';
import { flagOrder, readOrder } from './orders.ts';
import { recoverOrder, type StatusChange } from './recover-order.ts';

const { payments, inventory, invoices, warehouse, carrier } = services;

export const handler = withDurableExecution((event: StatusChange, context) =>
  recoverOrder(event, context, {
    ports: services,
    undos: {
      'process-payment': payments.refund,
      'reserve-inventory': inventory.release,
      'generate-invoice': invoices.void,
      'pick-items': warehouse.returnItems,
      'generate-shipping-label': carrier.cancelLabel,
    },
    orders: { read: readOrder, flag: flagOrder },
    settleSeconds: Number(process.env['SETTLE_SECONDS'] ?? 60),
  }),
);

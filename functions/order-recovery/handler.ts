import { type DurableContext, withDurableExecution } from '@aws/durable-execution-sdk-js';
import { services } from '../order-workflow/services/services.ts';
import { type Settled, type SettleRequest, settleOrder } from './correct-order.ts';
import { flagOrder, readOrder } from './orders-table.ts';
import { type Recovered, recoverOrder, type StatusChange } from './recover-order.ts';
import { tableBooks } from './side-effect-corrections.ts';

export const handler = withDurableExecution(
  async (
    event: StatusChange | SettleRequest,
    context: DurableContext,
  ): Promise<Recovered | Settled> => {
    if ('settle' in event) {
      return settleOrder(event, context, { ports: services, read: readOrder, books: tableBooks });
    }
    return recoverOrder(event, context, {
      ports: services,
      orders: { read: readOrder, flag: flagOrder },
      settleSeconds: Number(process.env['SETTLE_SECONDS'] ?? 60),
    });
  },
);

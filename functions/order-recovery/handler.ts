import { type DurableContext, withDurableExecution } from '@aws/durable-execution-sdk-js';
import { readPatienceSeconds } from '../order-workflow/patience.ts';
import { providerWaits } from '../order-workflow/services/provider-waits.ts';
import { services } from '../order-workflow/services/services.ts';
import { durableExecutionClient } from '../shared/durable-client.ts';
import { readOrder } from '../shared/tables/orders.ts';
import { type CorrectionRequest, type CorrectionResult, correctOrder } from './correct-order.ts';
import { flagOrder } from './orders-table.ts';
import { type RecoveryResult, recoverOrder, type StatusChange } from './recover-order.ts';
import { sideEffectCorrections } from './side-effect-corrections.ts';

const patience = { seconds: readPatienceSeconds(), waits: providerWaits };

export const handler = withDurableExecution(
  async (
    event: StatusChange | CorrectionRequest,
    context: DurableContext,
  ): Promise<RecoveryResult | CorrectionResult> => {
    if ('settle' in event) {
      return correctOrder(event, context, {
        ports: services,
        read: readOrder,
        corrections: sideEffectCorrections,
      });
    }
    return recoverOrder(event, context, {
      ports: services,
      orders: { read: readOrder, flag: flagOrder },
      settleSeconds: Number(process.env['SETTLE_SECONDS'] ?? 60),
      patience,
    });
  },
  { durableExecutionClient },
);

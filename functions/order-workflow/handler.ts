import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { reviewSeconds } from '../contract/review.ts';
import { stage, type WaitId } from '../contract/workflow.ts';
import { processOrder } from './process-order.ts';
import { services } from './services/services.ts';

/** A wait's length from the function's environment, which the template's parameters set; else the contract's. */
function seconds(id: WaitId, variable: string): number {
  return Number(process.env[variable] ?? stage(id).seconds);
}

const waitSeconds = {
  'await-warehouse': seconds('await-warehouse', 'WAREHOUSE_WAIT_SECONDS'),
  'await-pickup': seconds('await-pickup', 'PICKUP_WAIT_SECONDS'),
} as const satisfies Record<WaitId, number>;

const reviewLength = Number(process.env['REVIEW_TIMEOUT_SECONDS'] ?? reviewSeconds);

export const handler = withDurableExecution((event: unknown, context) =>
  processOrder(event, context, { ports: services, waitSeconds, reviewSeconds: reviewLength }),
);

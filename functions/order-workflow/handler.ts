import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { defaultReviewTimeoutSeconds } from '../contract/review.ts';
import { stage, type WaitId } from '../contract/workflow.ts';
import { durableExecutionClient } from '../shared/durable-client.ts';
import { readPatienceSeconds } from './patience.ts';
import { processOrder } from './process-order.ts';
import { providerWaits } from './services/provider-waits.ts';
import { services } from './services/services.ts';

/** The length of a wait: the environment variable that a template parameter sets, else the default of the contract. */
function readSeconds(id: WaitId, variable: string): number {
  return Number(process.env[variable] ?? stage(id).seconds);
}

const waitSeconds = {
  'await-warehouse': readSeconds('await-warehouse', 'WAREHOUSE_WAIT_SECONDS'),
  'await-pickup': readSeconds('await-pickup', 'PICKUP_WAIT_SECONDS'),
} as const satisfies Record<WaitId, number>;

const reviewTimeoutSeconds = Number(
  process.env['REVIEW_TIMEOUT_SECONDS'] ?? defaultReviewTimeoutSeconds,
);

const patience = { seconds: readPatienceSeconds(), waits: providerWaits };

export const handler = withDurableExecution(
  (event: unknown, context) =>
    processOrder(event, context, { ports: services, waitSeconds, reviewTimeoutSeconds, patience }),
  { durableExecutionClient },
);

import type { DurableContext } from '@aws/durable-execution-sdk-js';
import * as v from 'valibot';
import { type ReviewDecision, reviewDecisionSchema, reviewOperations } from '../contract/review.ts';
import { OrderRejected } from './failures.ts';
import type { Patience } from './patience.ts';
import type { PlacedOrder, Ports } from './ports.ts';
import { compensationRetryStrategy, createStepRetryStrategy } from './retry.ts';
import { traced } from './traced-step.ts';

interface ReviewOptions {
  readonly context: DurableContext;
  readonly placed: PlacedOrder;
  readonly ports: Pick<Ports, 'orders' | 'metrics'>;
  /** The fraud score. */
  readonly score: number;
  readonly reviewTimeoutSeconds: number;
  readonly patience: Pick<Patience, 'seconds'>;
}

/** The result of the callback: the text that was sent, or why there is none. */
type ReviewResult = { readonly text: string } | { readonly none: 'timed out' | 'failed' };

/**
 * Waits on a durable callback for a reviewer's decision; nothing runs meanwhile. Returns when the order is approved. Throws
 * OrderRejected if it is rejected or if there is no decision in time.
 */
export async function review(options: ReviewOptions): Promise<void> {
  const { context, placed, ports, score, patience } = options;
  const { reviewTimeoutSeconds: timeoutSeconds } = options;
  const { orderId } = placed;
  const { orders, metrics } = ports;
  const { request, callback, record } = reviewOperations;
  const [decided, callbackId] = await context.createCallback(callback, {
    timeout: { seconds: timeoutSeconds },
  });
  const park = async () => {
    await orders.requestReview(orderId, { score, timeoutSeconds, callbackId });
    metrics.count(placed, { event: 'review-requested' });
  };
  const retryStrategy = createStepRetryStrategy({
    key: `${orderId}/${request}`,
    patienceSeconds: patience.seconds,
  });
  await context.step(request, traced(request, placed, park), { retryStrategy });
  const answer = await awaitDecision(decided);
  const decide = () => applyDecision(orderId, orders, answer);
  await context.step(record, traced(record, placed, decide), {
    retryStrategy: compensationRetryStrategy,
  });
}

async function awaitDecision(decided: Promise<string>): Promise<ReviewResult> {
  try {
    return { text: await decided };
  } catch (error) {
    // The SDK names the error after the way in which the callback ended.
    const name = error instanceof Error ? error.name : '';
    if (name === 'CallbackTimeoutError') return { none: 'timed out' };
    if (name === 'CallbackExternalError') return { none: 'failed' };
    throw error;
  }
}

async function applyDecision(
  orderId: string,
  orders: Ports['orders'],
  answer: ReviewResult,
): Promise<void> {
  if ('none' in answer) {
    if (answer.none === 'failed') throw rejected('A reviewer rejected the order');
    throw new OrderRejected('review-timed-out', 'Nobody reviewed the order in time');
  }
  const decision = parseDecision(answer.text);
  if (!decision) throw new OrderRejected('review-unreadable', 'The review could not be read');
  await orders.recordDecision(orderId, decision);
  if (decision.decision === 'reject') throw rejected(`The order was rejected by ${decision.by}`);
}

function rejected(message: string): OrderRejected {
  return new OrderRejected('review-rejected', message);
}

function parseDecision(text: string): ReviewDecision | undefined {
  try {
    const parsed = v.safeParse(reviewDecisionSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

import type { DurableContext } from '@aws/durable-execution-sdk-js';
import * as v from 'valibot';
import { type ReviewDecision, reviewDecisionSchema, reviewOperations } from '../contract/review.ts';
import { OrderRejected } from './failures.ts';
import type { PlacedOrder, Ports } from './ports.ts';
import { retryGenerously, retryHiccups } from './retry.ts';
import { observed } from './traced-step.ts';

interface ReviewOptions {
  readonly context: DurableContext;
  readonly placed: PlacedOrder;
  readonly ports: Pick<Ports, 'orders' | 'metrics'>;
  /** What the fraud check said. */
  readonly score: number;
  readonly timeoutSeconds: number;
}

/** How the wait for a decision ended: with what was sent, or without an answer. */
type Answer = { readonly text: string } | { readonly none: 'timed out' | 'refused' };

/**
 * Parks an order until a person has decided about it, on a durable callback: nothing runs meanwhile. Returns when the
 * order is approved; throws OrderRejected when it is not, and when nobody decided in time.
 */
export async function review(options: ReviewOptions): Promise<void> {
  const { context, placed, ports, score, timeoutSeconds } = options;
  const { orderId } = placed;
  const { orders, metrics } = ports;
  const { request, callback, record } = reviewOperations;
  const [decided, callbackId] = await context.createCallback(callback, {
    timeout: { seconds: timeoutSeconds },
  });
  const park = async () => {
    await orders.park(orderId, { score, timeoutSeconds, callbackId });
    metrics.count(placed, { what: 'parked' });
  };
  await context.step(request, observed(request, placed, park), { retryStrategy: retryHiccups });
  const answer = await answerOf(decided);
  const decide = () => settle(orderId, orders, answer);
  await context.step(record, observed(record, placed, decide), { retryStrategy: retryGenerously });
}

async function answerOf(decided: Promise<string>): Promise<Answer> {
  try {
    return { text: await decided };
  } catch (error) {
    // The error's cause is what ended the callback, and bears a name that the service gave.
    const name = error instanceof Error ? error.name : '';
    if (name === 'CallbackTimeoutError') return { none: 'timed out' };
    if (name === 'CallbackExternalError') return { none: 'refused' };
    throw error;
  }
}

async function settle(orderId: string, orders: Ports['orders'], answer: Answer): Promise<void> {
  if ('none' in answer) {
    if (answer.none === 'refused') throw rejected('A reviewer rejected the order');
    throw new OrderRejected('review-timed-out', 'Nobody reviewed the order in time');
  }
  const decision = read(answer.text);
  if (!decision) throw new OrderRejected('review-unreadable', 'The review could not be read');
  await orders.decide(orderId, decision);
  if (decision.decision === 'reject') throw rejected(`The order was rejected by ${decision.by}`);
}

function rejected(message: string): OrderRejected {
  return new OrderRejected('review-rejected', message);
}

function read(text: string): ReviewDecision | undefined {
  try {
    const parsed = v.safeParse(reviewDecisionSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

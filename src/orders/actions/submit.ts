import { randomBytes, randomInt } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { outputs as names } from '../../../functions/contract/api.ts';
import {
  canonicalEvent,
  type Order,
  type OrderEvent,
  toDecimal,
  totalMinor,
} from '../../../functions/contract/order.ts';
import { isThrottle } from '../../aws/errors.ts';
import { cachePath, output, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';

/** Crockford's base32 in lower case: no letters that are mistaken for digits. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** A new order id: `order-` and ten random base32 letters. */
export function newOrderId(): string {
  return idOf(randomBytes(10));
}

/** The order id that ten bytes stand for; further ones are not looked at. */
export function idOf(bytes: Uint8Array): string {
  return `order-${[...bytes.subarray(0, 10)].map((byte) => alphabet[byte % 32]).join('')}`;
}

export interface Submitted {
  readonly orderId: string;
  readonly customerId: string;
  readonly lines: number;
  readonly total: number;
  /** Absent when the order went through the API, which does not say. */
  readonly executionArn?: string;
  readonly submittedAt: string;
}

export interface Submission {
  readonly event: OrderEvent;
  readonly via: 'invoke' | 'api';
  /** Told of every try that the service refused as too much; the next one follows by itself, a little later. */
  readonly onThrottle?: () => void;
}

/** Starts the workflow of an order. The same id with the same order again is the same order. */
export async function submitOrder(
  target: Target,
  outputs: StackOutputs,
  submission: Submission,
): Promise<Submitted> {
  const { event, via } = submission;
  const hand = via === 'api' ? post : invoke;
  const executionArn = await hand(target, outputs, submission);
  const submitted = {
    orderId: event.orderId,
    customerId: event.order.customerId,
    lines: event.order.items.length,
    total: toDecimal(totalMinor(event.order)),
    ...(executionArn ? { executionArn } : {}),
    submittedAt: new Date().toISOString(),
  };
  remember(target, submitted);
  return submitted;
}

async function invoke(
  target: Target,
  outputs: StackOutputs,
  { event, onThrottle }: Submission,
): Promise<string | undefined> {
  const { InvokeCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  const command = new InvokeCommand({
    FunctionName: output(outputs, names.workflowAliasArn),
    InvocationType: 'Event',
    DurableExecutionName: event.orderId,
    Payload: Buffer.from(canonicalEvent(event)),
  });
  if (onThrottle) {
    // After the SDK's own retries in the chain: each try passes here.
    const step = { step: 'finalizeRequest', priority: 'low', name: 'countThrottles' } as const;
    command.middlewareStack.add(
      (next) => (args) =>
        next(args).catch((error: unknown) => {
          if (isThrottle(error)) onThrottle();
          throw error;
        }),
      step,
    );
  }
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), longestAnswerMs);
  try {
    const answer = await lambda.send(command, { abortSignal: patience.signal });
    return answer.DurableExecutionArn;
  } catch (error) {
    if (patience.signal.aborted) throw unanswered(event.orderId);
    if (error instanceof Error && error.name === 'DurableExecutionAlreadyStartedException') {
      throw conflict(event.orderId);
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** An answer takes milliseconds; one that is this late, with all that was tried again, does not come, ms. */
const longestAnswerMs = 60_000;

function unanswered(orderId: string): UserError {
  return new UserError(`${orderId} was not answered within ${longestAnswerMs / 1000}s.`, {
    hint: [`orders get ${orderId}`, `submitting it again as --id ${orderId} is the same order`],
    exit: 7,
    code: 'Unanswered',
  });
}

/** The API is asked so often before too many requests are too many: as the SDK asks AWS. */
const tries = 5;
/** The pause before another try is chosen by chance up to this, doubled with every try, ms. */
const pauseMs = 100;

async function post(
  target: Target,
  outputs: StackOutputs,
  { event, onThrottle }: Submission,
): Promise<undefined> {
  const base = output(outputs, names.apiEndpoint).replace(/\/+$/, '');
  const order: Order = JSON.parse(canonicalEvent(event)).order;
  const { signedFetch } = await import('../../aws/signed-fetch.ts');
  for (let attempt = 1; ; attempt++) {
    const answer = await signedFetch(target, base.endsWith('/orders') ? base : `${base}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': event.orderId },
      body: JSON.stringify(order),
    });
    if (answer.ok) return;
    if (answer.status === 409) throw conflict(event.orderId);
    if (answer.status === 429) onThrottle?.();
    if (answer.status !== 429 || attempt === tries) throw await refusal(answer);
    await sleep(randomInt(pauseMs * 2 ** attempt));
  }
}

async function refusal(answer: Response): Promise<UserError> {
  const codes: Readonly<Record<number, string>> = { 400: 'InvalidOrder', 429: 'TooManyRequests' };
  return new UserError(`The API refused the order: ${answer.status} ${await answer.text()}`, {
    exit: answer.status === 400 ? 2 : 7,
    code: codes[answer.status] ?? 'Unavailable',
  });
}

function conflict(orderId: string): UserError {
  return new UserError(`${orderId} already exists with a different order.`, {
    hint: ['use a new --id', `orders get ${orderId}`],
    exit: 6,
    code: 'Conflict',
  });
}

/** One line an order, so that an id's prefix and `latest` are found before the table knows them. */
function remember(target: Target, { orderId, submittedAt, executionArn = '' }: Submitted): void {
  const file = cachePath(target, 'ids');
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${submittedAt} ${orderId} ${executionArn}\n`);
}

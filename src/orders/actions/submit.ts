import { randomBytes, randomInt } from 'node:crypto';
import { outputs as names } from '../../../functions/contract/api.ts';
import {
  canonicalEvent,
  type Order,
  type OrderEvent,
  toDecimal,
  totalMinor,
} from '../../../functions/contract/order.ts';
import { errorName, isThrottle } from '../../aws/errors.ts';
import { appendPrivateFile } from '../../environment/private-files.ts';
import type { Stack } from '../../environment/stack.ts';
import { cachePath, requireOutput } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { type RetryPolicy, retryRequest } from '../requests/retry.ts';
import { conflictError } from './conflict.ts';

/** Crockford's base32 in lower case: it has no letters that can be mistaken for digits. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const idLength = 10;

/** Returns a new order id: `order-` and ten random base32 letters. */
export function newOrderId(): string {
  return formatOrderId(randomBytes(idLength));
}

/** Returns the order id that the first ten bytes encode. */
export function formatOrderId(bytes: Uint8Array): string {
  const letters = [...bytes.subarray(0, idLength)].map((byte) => alphabet[byte % 32]);
  return `order-${letters.join('')}`;
}

export interface Submitted {
  readonly orderId: string;
  readonly customerId: string;
  readonly lines: number;
  readonly total: number;
  /** Absent after a submission through the API, whose response does not contain the ARN. */
  readonly executionArn?: string;
  readonly submittedAt: string;
  /** False if the order existed before. Absent if that is not known. */
  readonly created?: boolean;
}

export interface Submission {
  readonly event: OrderEvent;
  readonly via: 'invoke' | 'api';
  /** Whether the id may be in use: then its execution is looked up. If absent, the result does not say whether the order is new. */
  readonly mayExist?: boolean;
  /** Called for every throttled attempt. The submission is retried after it. */
  readonly onThrottle?: () => void;
}

/**
 * Starts the workflow of an order. Submitting the same order with the same id again returns the same order. Throws a
 * UserError if the id belongs to another order (exit 6), the API refuses the order (exit 2), or there is no response
 * (exit 7).
 */
export async function submitOrder(stack: Stack, submission: Submission): Promise<Submitted> {
  const { event, via, mayExist } = submission;
  const isNew = mayExist ? await isUnused(stack, event.orderId) : mayExist === false || undefined;
  const submit = via === 'api' ? submitByApi : submitByInvoke;
  const executionArn = await submit(stack, submission);
  const submitted = {
    orderId: event.orderId,
    customerId: event.order.customerId,
    lines: event.order.items.length,
    total: toDecimal(totalMinor(event.order)),
    ...(executionArn ? { executionArn } : {}),
    submittedAt: new Date().toISOString(),
    ...(isNew === undefined ? {} : { created: isNew }),
  };
  recordSubmission(stack.target, submitted);
  return submitted;
}

/** Returns whether no execution has this id; undefined if the executions cannot be read, because the order can still be submitted. */
async function isUnused(stack: Stack, orderId: string): Promise<boolean | undefined> {
  const { findExecution } = await import('../lookup/executions.ts');
  return findExecution(stack, orderId).then(
    (arn) => arn === undefined,
    () => undefined,
  );
}

/** Lambda responds within milliseconds; after this time, retries included, no response is expected (ms). */
const responseTimeoutMs = 60_000;

async function submitByInvoke(
  stack: Stack,
  { event, onThrottle }: Submission,
): Promise<string | undefined> {
  const { InvokeCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await stack.target.clients.lambda();
  const command = new InvokeCommand({
    FunctionName: requireOutput(stack, names.workflowAliasArn),
    InvocationType: 'Event',
    DurableExecutionName: event.orderId,
    Payload: Buffer.from(canonicalEvent(event)),
  });
  if (onThrottle) {
    // This position in the chain is behind the SDK's retries, so every attempt passes it.
    const position = { step: 'finalizeRequest', priority: 'low', name: 'countThrottles' } as const;
    command.middlewareStack.add(
      (next) => (args) =>
        next(args).catch((error: unknown) => {
          if (isThrottle(error)) onThrottle();
          throw error;
        }),
      position,
    );
  }
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), responseTimeoutMs);
  try {
    const { DurableExecutionArn } = await lambda.send(command, { abortSignal: timeout.signal });
    return DurableExecutionArn;
  } catch (error) {
    if (timeout.signal.aborted) throw noResponseError(event.orderId);
    if (errorName(error) === 'DurableExecutionAlreadyStartedException') {
      throw await conflictError(stack, event);
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function noResponseError(orderId: string): UserError {
  return new UserError(`${orderId}: no response within ${responseTimeoutMs / 1000}s.`, {
    hint: [`orders get ${orderId}`, `submitting it again as --id ${orderId} is the same order`],
    exit: 7,
    code: 'Unanswered',
  });
}

/** Like the SDK: five attempts, with a random delay up to a limit that doubles. */
const throttledByApi: RetryPolicy = {
  maxAttempts: 5,
  shouldRetry: (error) => error instanceof UserError && error.code === 'TooManyRequests',
  delayMs: (attempt) => randomInt(100 * 2 ** attempt),
};

async function submitByApi(stack: Stack, { event, onThrottle }: Submission): Promise<undefined> {
  const base = requireOutput(stack, names.apiEndpoint).replace(/\/+$/, '');
  const url = base.endsWith('/orders') ? base : `${base}/orders`;
  const order: Order = JSON.parse(canonicalEvent(event)).order;
  const { signedFetch } = await import('../../aws/signed-fetch.ts');
  await retryRequest(async () => {
    const response = await signedFetch(stack.target, url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': event.orderId },
      body: JSON.stringify(order),
    });
    if (response.ok) return;
    if (response.status === 409) throw await conflictError(stack, event);
    if (response.status === 429) onThrottle?.();
    throw await refusedByApiError(response);
  }, throttledByApi);
}

async function refusedByApiError(response: Response): Promise<UserError> {
  const { status } = response;
  const codes: Readonly<Record<number, string>> = { 400: 'InvalidOrder', 429: 'TooManyRequests' };
  return new UserError(`The API refused the order: ${status} ${await response.text()}`, {
    exit: status === 400 ? 2 : 7,
    code: codes[status] ?? 'Unavailable',
  });
}

/** Adds a line to the local list of submissions, so that prefixes and `latest` find the order before it has an item. */
function recordSubmission(
  target: Target,
  { orderId, submittedAt, executionArn = '' }: Submitted,
): void {
  const file = cachePath(target, 'ids');
  appendPrivateFile(file, `${submittedAt} ${orderId} ${executionArn}\n`);
}

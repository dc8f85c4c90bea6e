import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { outputs as names } from '../../functions/contract/api.ts';
import {
  canonicalEvent,
  type Order,
  type OrderEvent,
  toDecimal,
  totalMinor,
} from '../../functions/contract/order.ts';
import type { Target } from '../target/resolve.ts';
import { cachePath, output, type StackOutputs } from '../target/stack.ts';
import { UserError } from '../user-error.ts';

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
}

/** Starts the workflow of an order. The same id with the same order again is the same order. */
export async function submitOrder(
  target: Target,
  outputs: StackOutputs,
  { event, via }: Submission,
): Promise<Submitted> {
  const executionArn =
    via === 'api' ? await post(target, outputs, event) : await invoke(target, outputs, event);
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
  event: OrderEvent,
): Promise<string | undefined> {
  const { InvokeCommand } = await import('../target/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  try {
    const answer = await lambda.send(
      new InvokeCommand({
        FunctionName: output(outputs, names.workflowAliasArn),
        InvocationType: 'Event',
        DurableExecutionName: event.orderId,
        Payload: Buffer.from(canonicalEvent(event)),
      }),
    );
    return answer.DurableExecutionArn;
  } catch (error) {
    if (error instanceof Error && error.name === 'DurableExecutionAlreadyStartedException') {
      throw conflict(event.orderId);
    }
    throw error;
  }
}

async function post(target: Target, outputs: StackOutputs, event: OrderEvent): Promise<undefined> {
  const base = output(outputs, names.apiEndpoint).replace(/\/+$/, '');
  const order: Order = JSON.parse(canonicalEvent(event)).order;
  const { signedFetch } = await import('../target/signed-fetch.ts');
  const answer = await signedFetch(target, base.endsWith('/orders') ? base : `${base}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': event.orderId },
    body: JSON.stringify(order),
  });
  if (answer.ok) return;
  if (answer.status === 409) throw conflict(event.orderId);
  throw new UserError(`The API refused the order: ${answer.status} ${await answer.text()}`, {
    exit: answer.status === 400 ? 2 : 7,
    code: answer.status === 400 ? 'InvalidOrder' : 'Unavailable',
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

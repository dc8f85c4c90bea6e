/** Interruptions of an order's executions: at checkpoints, at calls of services and at requests to tables. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { isDeepStrictEqual } from 'node:util';
import type { DurableExecutionHandler } from '@aws/durable-execution-sdk-js';
import { outagesKey } from '../../../functions/contract/providers.ts';
import type { Ports } from '../../../functions/order-workflow/ports.ts';
import {
  type CheckpointDecision,
  continues,
  type execute,
  type Invocation,
} from '../durable-service.ts';

/** Decides before a request to a table: it is sent, the environment dies, or the execution is ended from outside. */
export type RequestDecisions = () => 'continue' | 'die' | 'end';

/** Decides at a moment of an order; see the moments of the model. */
export type AtMoment = (moment: string) => Promise<CheckpointDecision['next']>;

export type CheckpointDecisions = NonNullable<Parameters<typeof execute>[1]['decide']>;

interface CurrentInvocation {
  readonly invocation: Invocation;
  readonly decide: RequestDecisions;
}

const currentInvocation = new AsyncLocalStorage<CurrentInvocation>();

/** Wraps a handler so that its requests end with the invocation. */
export const runWithin =
  (
    handler: DurableExecutionHandler<unknown>,
    invocation: Invocation,
    decide: RequestDecisions = () => 'continue',
  ): DurableExecutionHandler<unknown> =>
  (event, context) =>
    currentInvocation.run({ invocation, decide }, () => handler(event, context));

/** The read of outages: all orders of a process share its result, and here all processes are one. */
function isSharedRead(args: unknown): boolean {
  const { Key } = (args as { input: { Key?: object } }).input;
  return isDeepStrictEqual(Key, outagesKey);
}

/** Wraps the sending of requests: a killed process sends none. */
export const interruptible = <Send extends (args: never) => Promise<unknown>>(send: Send): Send =>
  ((args: never) => {
    const current = currentInvocation.getStore();
    if (!current || isSharedRead(args)) return send(args);
    const how = current.invocation.alive ? current.decide() : 'die';
    if (how === 'continue') return send(args);
    if (current.invocation.alive) current.invocation.cut(how);
    return new Promise<never>(() => undefined);
  }) as Send;

export interface ReportOptions {
  readonly invocation: Invocation;
  readonly atMoment: AtMoment | undefined;
}

/** Wraps a port so that each call is a moment. */
export function reporting<Port extends object>(
  port: Port,
  { invocation, atMoment }: ReportOptions,
): Port {
  if (!atMoment) return port;
  const calls = Object.entries(port).map(([name, call]) => [
    name,
    async (...args: unknown[]) => {
      const next = invocation.alive ? await atMoment(`call ${name}`) : 'die';
      if (next === 'continue') return call.apply(port, args);
      if (invocation.alive) invocation.cut(next);
      return new Promise<never>(() => undefined);
    },
  ]);
  return Object.fromEntries(calls);
}

export const reportingAll = ({ metrics, ...ports }: Ports, options: ReportOptions): Ports => ({
  ...(Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [name, reporting(port, options)]),
  ) as Omit<Ports, 'metrics'>),
  metrics,
});

/** Decides at the moments before and after a checkpoint, and during a wait. */
export const decisionAtMoments =
  (atMoment: AtMoment): CheckpointDecisions =>
  async (updates) => {
    const update = updates.find(({ Type, Action }) => Type === 'WAIT' || Action !== 'START');
    if (!update) return continues;
    if (update.Type === 'WAIT') return { next: await atMoment(`in ${update.Name}`) };
    const before = await atMoment(`ends ${update.Name}`);
    if (before !== 'continue') return { next: before, lost: true };
    return { next: await atMoment(`ended ${update.Name}`) };
  };

/** Where an order's executions can be interrupted: at checkpoints, at calls of services, at requests to tables. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { DurableExecutionHandler } from '@aws/durable-execution-sdk-js';
import type { Ports } from '../../../functions/order-workflow/ports.ts';
import { type execute, type Fate, goesOn, type Invocation } from '../durable-service.ts';

/** What happens before a request of a service to a table: it is sent, the environment dies, or the execution is ended. */
export type RequestFates = () => 'go on' | 'die' | 'end';

/** Something happens to an order now, or not: see the model's moments. */
export type AtMoment = (moment: string) => Promise<Fate['next']>;

export type Fates = NonNullable<Parameters<typeof execute>[1]['fate']>;

interface Whereabouts {
  readonly invocation: Invocation;
  readonly fate: RequestFates;
}

const whereabouts = new AsyncLocalStorage<Whereabouts>();

/** A handler whose requests are the invocation's: they die with it. */
export const within =
  (
    handler: DurableExecutionHandler<unknown>,
    invocation: Invocation,
    fate: RequestFates = () => 'go on',
  ): DurableExecutionHandler<unknown> =>
  (event, context) =>
    whereabouts.run({ invocation, fate }, () => handler(event, context));

/** What a killed process has not sent, it never does. */
export const asFated = <Send extends (args: never) => Promise<unknown>>(send: Send): Send =>
  ((args: never) => {
    const here = whereabouts.getStore();
    if (!here) return send(args);
    const how = here.invocation.alive ? here.fate() : 'die';
    if (how === 'go on') return send(args);
    if (here.invocation.alive) here.invocation.cut(how);
    return new Promise<never>(() => undefined);
  }) as Send;

export interface Told {
  readonly invocation: Invocation;
  readonly atMoment: AtMoment | undefined;
}

/** A port whose calls are moments. */
export function telling<Port extends object>(port: Port, { invocation, atMoment }: Told): Port {
  if (!atMoment) return port;
  const calls = Object.entries(port).map(([name, call]) => [
    name,
    async (...given: unknown[]) => {
      const next = invocation.alive ? await atMoment(`call ${name}`) : 'die';
      if (next === 'go on') return call.apply(port, given);
      if (invocation.alive) invocation.cut(next);
      return new Promise<never>(() => undefined);
    },
  ]);
  return Object.fromEntries(calls);
}

export const tellingAll = ({ metrics, ...ports }: Ports, told: Told): Ports => ({
  ...(Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [name, telling(port, told)]),
  ) as Omit<Ports, 'metrics'>),
  metrics,
});

/** The moments around the end of an operation, and in a wait. */
export const fateAt =
  (atMoment: AtMoment): Fates =>
  async (updates) => {
    const update = updates.find(({ Type, Action }) => Type === 'WAIT' || Action !== 'START');
    if (!update) return goesOn;
    if (update.Type === 'WAIT') return { next: await atMoment(`in ${update.Name}`) };
    const before = await atMoment(`ends ${update.Name}`);
    if (before !== 'go on') return { next: before, lost: true };
    return { next: await atMoment(`ended ${update.Name}`) };
  };

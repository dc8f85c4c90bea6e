import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createApiGateway } from './apigateway/service.ts';
import { type Clock, startClock } from './clock.ts';
import { createCloudFormation } from './cloudformation/service.ts';
import { createDynamoDb } from './dynamodb/service.ts';
import { createEvents } from './events/service.ts';
import { Traffic, type TrafficSettings, trafficService } from './fault-injection/request-gate.ts';
import { createLambda } from './lambda/service.ts';
import { createLogs } from './logs/service.ts';
import { createS3 } from './s3/service.ts';
import type { Perishable } from './service-interfaces.ts';
import { createQueues } from './sqs/service.ts';
import { createParameters } from './ssm/service.ts';
import { isAnothers, storeFile } from './state-file.ts';
import { openStore, type Store } from './store/store.ts';
import { createSts } from './sts/service.ts';
import { Meter, meterService } from './usage-meter.ts';
import { serve } from './wire/server.ts';

export interface Runtime {
  readonly url: string;
  readonly timeScale: number;
  /** Jumps the virtual clock ahead by milliseconds. */
  advance(ms: number): void;
  /** Whether an order is on its way: an auto-started runtime that has none stops itself. */
  isBusy(): boolean;
  close(): Promise<void>;
}

const region = 'us-east-2';
/** How often the clock is persisted while time passes and nothing else is written; wall ms. */
const clockTick = 2_000;
/** How often what is past its time is looked for; wall ms. */
const clearOutEvery = 60_000;

/**
 * Starts a small AWS on loopback over the store in `directory`, and resumes the executions that were running.
 * `port` 0 takes any free one. Throws a StoreError when the store cannot be used.
 */
export async function startRuntime(options: {
  directory: string;
  port: number;
  timeScale: number;
  /** Counts what AWS would bill, and answers it at `/_runtime/usage`. */
  metered?: boolean;
  traffic?: TrafficSettings;
  /** Hears when the store has failed: nothing is acknowledged any more, and a new start goes on from what was. */
  onBroken?: (error: Error) => void;
}): Promise<Runtime> {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const { onBroken } = options;
  const store = openStore(join(options.directory, storeFile), onBroken ? { onBroken } : {});
  const clock = persistentClock(store, options.timeScale);
  let url = '';
  const { directory } = options;
  const meter = options.metered ? new Meter() : undefined;
  const traffic = new Traffic(options.traffic ?? {});
  const aws = createServices({ store, clock, directory, meter, traffic, url: () => url });
  const { functions, events } = aws;
  const { services } = aws;
  const server = await serve({
    services,
    store,
    traffic,
    port: options.port,
    isAnothers: (accessKey) => isAnothers(accessKey, directory),
  }).catch((error: unknown) => {
    clock.close();
    store.close();
    throw error;
  });
  url = server.url;
  functions.start();
  events.start(functions);
  const stopClearing = clearOutNowAndThen(store, aws.perishable);
  const tick = setInterval(() => store.transact(() => undefined), clockTick);
  return {
    url,
    timeScale: options.timeScale,
    advance(ms) {
      clock.advance(ms);
      store.transact(() => undefined);
    },
    isBusy: () => functions.running() > 0,
    async close() {
      clearInterval(tick);
      stopClearing();
      await server.close();
      events.close();
      await functions.close();
      clock.close();
      store.close();
    },
  };
}

/** Removes what is past its time, a little in every turn of the event loop, and gives its room back. */
function clearOutNowAndThen(store: Store, perishable: readonly Perishable[]): () => void {
  let next: NodeJS.Immediate | undefined;
  const clearOut = () => {
    clearImmediate(next);
    const more = perishable.filter((each) => each.clearOut(Date.now())).length > 0;
    if (more || store.shrink()) next = setImmediate(clearOut);
  };
  clearOut();
  const every = setInterval(clearOut, clearOutEvery);
  return () => {
    clearImmediate(next);
    clearInterval(every);
  };
}

interface Surroundings {
  readonly store: Store;
  readonly clock: Clock;
  /** Where what is not in the store is kept. */
  readonly directory: string;
  readonly url: () => string;
  readonly meter: Meter | undefined;
  readonly traffic: Traffic;
}

/** Every service of the runtime, each told of those that it needs. */
function createServices({ store, clock, directory, url, meter, traffic }: Surroundings) {
  const logs = createLogs({ store });
  const tables = createDynamoDb({ store, meter });
  const objects = createS3({ store });
  const queues = createQueues({ store, region, url });
  const events = createEvents({ store, region, queues });
  const functions = createLambda({
    store,
    clock,
    logs,
    events,
    queues,
    directory,
    endpoint: url,
    meter,
    quotas: traffic.quotas,
    objects,
  });
  const apis = createApiGateway({ store, functions });
  const kinds = { apis, functions, tables, logs, objects, queues };
  const all = [
    ...Object.values(kinds),
    createParameters({ store, directory }),
    createSts(),
    createCloudFormation({ store, events, ...kinds, url }),
  ];
  return {
    services: [
      ...all.map(({ service }) => service),
      trafficService(traffic),
      ...(meter ? [meterService(meter)] : []),
    ],
    functions,
    events,
    perishable: [functions, tables, logs, queues],
  };
}

/** The clock goes on from where the store last saw it, and is written with every commit. */
function persistentClock(store: Store, speed: number) {
  store.schema('create table if not exists clock (id integer primary key, now real not null)');
  const row = store.sql('select now from clock where id = 1').get() as { now: number } | undefined;
  const clock = startClock({ from: row?.now ?? 0, speed });
  store.beforeCommit(() => {
    store.sql('insert or replace into clock (id, now) values (1, ?)').run(clock.now());
  });
  return clock;
}

import { join } from 'node:path';
import { createApiGateway } from '../apigateway/service.ts';
import { createCloudFormation } from '../cloudformation/service.ts';
import { OngoingWrites } from '../dynamodb/contention/ongoing-writes.ts';
import { PartitionLimits } from '../dynamodb/contention/partition-limits.ts';
import { type Contention, createDynamoDb } from '../dynamodb/service.ts';
import { createEvents } from '../events/service.ts';
import { conflictWindow } from '../fault-injection/conflict-window.ts';
import {
  createRequestCountsService,
  type FaultSettings,
  RequestGate,
} from '../fault-injection/request-gate.ts';
import { controlAccess } from '../iam/access-control.ts';
import { type AwsCredentials, Credentials } from '../iam/credentials.ts';
import { createIam } from '../iam/iam.ts';
import { createIamService } from '../iam/service.ts';
import { createUserService } from '../iam/user-service.ts';
import { openUsers } from '../iam/users.ts';
import { createLambda } from '../lambda/service.ts';
import { createLogs } from '../logs/service.ts';
import { createS3 } from '../s3/service.ts';
import { type Clock, startClock } from '../shared/clock.ts';
import type { Expiring } from '../shared/service-interfaces.ts';
import { createUsageService, UsageMeter } from '../shared/usage-meter.ts';
import { createSqs } from '../sqs/service.ts';
import { createSsm } from '../ssm/service.ts';
import { openStore, type Store } from '../store/store.ts';
import { createSts } from '../sts/service.ts';
import { serve } from '../wire/server.ts';
import { SignatureVerifier } from '../wire/verify-signature.ts';
import { loadSecret } from './project-credentials.ts';
import { storeFile } from './state-file.ts';

export interface Runtime {
  readonly url: string;
  /** Credentials of the project. They may do everything. */
  readonly credentials: AwsCredentials;
  readonly timeScale: number;
  /** Returns the latest time that the store recorded (epoch ms), if the machine's clock was set back behind it. */
  latestRecordAt(): number | undefined;
  /** Advances the virtual clock (ms). */
  advance(ms: number): void;
  /** Returns whether executions or invocations are running. An auto-started runtime stops itself if there are none. */
  isBusy(): boolean;
  close(): Promise<void>;
}

const region = 'us-east-2';
/** Interval at which the clock is persisted while nothing else is written (ms of wall time). */
const clockPersistMs = 2_000;
/** Interval at which expired data is removed (ms of wall time). */
const expiryIntervalMs = 60_000;

/**
 * Starts the local runtime on the store in `directory` and resumes the executions that were running. Port 0 means any free port.
 * Throws a StoreError if the store cannot be used.
 */
export async function startRuntime(options: {
  directory: string;
  port: number;
  timeScale: number;
  /** True to measure billable usage and return it at `/_runtime/usage`. */
  metered?: boolean;
  faults?: FaultSettings;
  /** Called when the store has failed. Nothing more is acknowledged; a restart continues from the acknowledged data. */
  onBroken?: (error: Error) => void;
}): Promise<Runtime> {
  const secret = loadSecret(options.directory);
  const { onBroken } = options;
  const store = openStore(join(options.directory, storeFile), onBroken ? { onBroken } : {});
  const { clock, latestRecordAt } = persistentClock(store, options.timeScale);
  let url = '';
  const { directory } = options;
  const meter = options.metered ? new UsageMeter() : undefined;
  const faults = options.faults ?? {};
  const gate = new RequestGate(faults);
  const { services, functions, events, expiring, credentials } = createServices({
    store,
    clock,
    directory,
    secret,
    meter,
    gate,
    contention: toContention(faults),
    enforceIam: faults.enforceIam ?? true,
    url: () => url,
  });
  const server = await serve({
    services,
    store,
    interceptor: gate,
    port: options.port,
    verifier: new SignatureVerifier({ keys: credentials, region }),
  }).catch((error: unknown) => {
    clock.close();
    store.close();
    throw error;
  });
  url = server.url;
  functions.start();
  events.start(functions);
  const stopExpiry = scheduleExpiry(store, expiring);
  const tick = setInterval(() => store.transact(() => undefined), clockPersistMs);
  return {
    url,
    credentials: credentials.root(),
    timeScale: options.timeScale,
    latestRecordAt,
    advance(ms) {
      clock.advance(ms);
      store.transact(() => undefined);
    },
    isBusy: () => functions.running() > 0,
    async close() {
      clearInterval(tick);
      stopExpiry();
      await server.close();
      events.close();
      await functions.close();
      clock.close();
      store.close();
    },
  };
}

/** Removes expired data, some in every turn of the event loop, and returns its space. Returns a function that stops this. */
function scheduleExpiry(store: Store, expiring: readonly Expiring[]): () => void {
  let next: NodeJS.Immediate | undefined;
  const removeExpired = () => {
    clearImmediate(next);
    // Each service removes a part: `some` would stop at the first that has more.
    const hasMore = expiring.filter((service) => service.removeExpired(Date.now())).length > 0;
    if (hasMore || store.shrink()) next = setImmediate(removeExpired);
  };
  removeExpired();
  const every = setInterval(removeExpired, expiryIntervalMs);
  return () => {
    clearImmediate(next);
    clearInterval(every);
  };
}

interface ServiceDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** Folder for data that is not in the store. */
  readonly directory: string;
  /** Secret from which the access keys are derived. */
  readonly secret: Buffer;
  readonly url: () => string;
  readonly meter: UsageMeter | undefined;
  readonly gate: RequestGate;
  readonly contention: Contention;
  readonly enforceIam: boolean;
}

function toContention({ enforceQuotas, conflictWindowMs }: FaultSettings): Contention {
  const windowMs = conflictWindowMs ?? conflictWindow(enforceQuotas);
  return {
    ongoing: windowMs > 0 ? new OngoingWrites(windowMs) : undefined,
    partitions: enforceQuotas ? new PartitionLimits() : undefined,
  };
}

/** Creates all services of the runtime. */
function createServices(deps: ServiceDeps) {
  const { store, clock, directory, url, meter, gate, contention } = deps;
  const users = openUsers(store);
  const credentials = new Credentials({
    secret: deps.secret,
    directory,
    userNames: () => users.names(),
  });
  const iam = createIam({
    store,
    userPolicies: (name) => users.readUserPolicies(name),
    enforced: deps.enforceIam,
  });
  const logs = createLogs({ store });
  const dynamodb = createDynamoDb({ store, meter, contention });
  const s3 = createS3({ store, iam });
  const sqs = createSqs({ store, region, url, iam });
  const events = createEvents({ store, region, sqs, iam });
  const functions = createLambda({
    store,
    clock,
    logs,
    events,
    sqs,
    directory,
    endpoint: url,
    meter,
    quotas: gate.quotas,
    s3,
    credentials,
    iam,
  });
  const apis = createApiGateway({ store, functions, iam });
  const deployable = { apis, functions, dynamodb, logs, s3, sqs };
  const ssm = createSsm({ store, directory });
  const { parameters } = ssm;
  const all = [
    ...Object.values(deployable),
    functions.urls,
    ssm,
    createSts(),
    createIamService(iam.roles),
    createCloudFormation({ store, events, iam, ...deployable, parameters, url }),
  ];
  return {
    services: [
      ...all.map(({ service }) => controlAccess(service, iam)),
      createRequestCountsService(gate),
      createUserService({ users, iam, credentials }),
      ...(meter ? [createUsageService(meter)] : []),
    ],
    credentials,
    functions,
    events,
    expiring: [functions, dynamodb, logs, sqs],
  };
}

/** A clock that is set back by less than this was corrected by a time service (ms). */
const minSetBackMs = 60_000;

/**
 * Starts the clock at its last stored time, and stores its time with every commit. Row 1 of the table is the virtual time, row 2
 * the latest wall time, which shows after a restart too that the machine's clock was set back.
 */
function persistentClock(store: Store, speed: number) {
  store.schema('create table if not exists clock (id integer primary key, now real not null)');
  const stored = (id: number) =>
    (store.sql('select now from clock where id = ?').get(id) as { now: number } | undefined)?.now;
  const clock = startClock({ from: stored(1) ?? 0, speed });
  let latest = stored(2) ?? 0;
  store.beforeCommit(() => {
    latest = Math.max(latest, Date.now());
    const update = store.sql('insert or replace into clock (id, now) values (1, ?), (2, ?)');
    update.run(clock.now(), latest);
  });
  const latestRecordAt = () => (latest - Date.now() < minSetBackMs ? undefined : latest);
  return { clock, latestRecordAt };
}

import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { type Credentials, sessionLifetimeMs } from '../iam/credentials.ts';
import type { LogLine } from '../shared/service-interfaces.ts';
import type { UsageMeter } from '../shared/usage-meter.ts';
import { findRoom, minIdleMs } from './environment-room.ts';
import type { FunctionLogs } from './execution-roles.ts';
import { exitText } from './handler-exit.ts';
import {
  formatEnvironmentKey,
  type HandlerJob,
  type HandlerOutcome,
  toMessage,
} from './handler-job.ts';
import { startHandler } from './handler-process.ts';
import { JobQueue } from './job-queue.ts';
import { findNodeProgram, Substitutes } from './node-program.ts';
import type { ResultMessage } from './node-runtime/messages.ts';
import { platformLines } from './platform-lines.ts';

/** Idle time after which a warm environment is removed (ms). */
const maxIdleMs = 60_000;
/** Age after which an environment is not used again (ms): its credentials must be valid until its last invocation ends. */
const maxAgeMs = sessionLifetimeMs / 2;

interface Environment {
  readonly key: string;
  readonly stream: string;
  readonly child: ChildProcess;
  /** Start time (epoch ms). */
  readonly startedAt: number;
  /** True until the first invocation. */
  cold: boolean;
  work?: {
    job: HandlerJob;
    started: number;
    end(outcome: HandlerOutcome): void;
    timeout: NodeJS.Timeout;
  };
  idle?: NodeJS.Timeout;
  /** Time at which it became idle (epoch ms). */
  idleSince?: number;
}

interface ExecutionEnvironmentOptions {
  readonly logs: FunctionLogs;
  readonly meter?: UsageMeter | undefined;
  readonly directory: string;
  readonly endpoint: () => string;
  readonly credentials: Pick<Credentials, 'forSession'>;
}

/** Lambda's execution environments: warm processes, each of which runs one invocation at a time. */
export class ExecutionEnvironments {
  readonly #options: ExecutionEnvironmentOptions;
  readonly #all = new Set<Environment>();
  readonly #queue = new JobQueue<{ job: HandlerJob; resolve(outcome: HandlerOutcome): void }>();
  readonly #substitutes = new Substitutes();
  #check: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ExecutionEnvironmentOptions) {
    this.#options = options;
  }

  /** Runs a handler once. Never rejects; never resolves after `close`. */
  run(job: HandlerJob): Promise<HandlerOutcome> {
    return new Promise((resolve) => {
      if (this.#closed) return;
      if (job.nested)
        this.#start(this.#findIdle(formatEnvironmentKey(job)) ?? this.#launch(job), {
          job,
          resolve,
        });
      else {
        this.#queue.add({ job, resolve });
        this.#startQueued();
      }
    });
  }

  /** Kills every process. Their invocations never resolve. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#queue.clear();
    await Promise.all([...this.#all].map((environment) => this.#discard(environment)));
  }

  #startQueued(): void {
    for (let head = this.#queue.peek(); head; head = this.#queue.peek()) {
      const key = formatEnvironmentKey(head.job);
      const environment = this.#findIdle(key) ?? this.#launchWithinLimit(head.job);
      if (!environment) {
        this.#checkAgain();
        return;
      }
      this.#queue.shift();
      this.#start(environment, head);
    }
  }

  #findIdle(key: string): Environment | undefined {
    for (const environment of this.#all) {
      if (environment.work || environment.key !== key) continue;
      if (Date.now() - environment.startedAt < maxAgeMs) return environment;
      void this.#discard(environment);
    }
    return undefined;
  }

  /** Looks for room again later, because an idle environment can be replaced after some time. */
  #checkAgain(): void {
    if (this.#check) return;
    this.#check = setTimeout(() => {
      this.#check = undefined;
      this.#startQueued();
    }, minIdleMs).unref();
  }

  /** Launches an environment, perhaps in place of an idle one; undefined if there is no room. */
  #launchWithinLimit(job: HandlerJob): Environment | undefined {
    const room = findRoom(this.#all, formatEnvironmentKey(job));
    if (!room.mayLaunch) return undefined;
    if (room.replaced) void this.#discard(room.replaced);
    return this.#launch(job);
  }

  #launch(job: HandlerJob): Environment {
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    const stream = `${day}/[${job.code.version}]${randomUUID().replaceAll('-', '')}`;
    const { endpoint, directory, credentials } = this.#options;
    const { settings } = job.code;
    const node = findNodeProgram(settings.runtime);
    const substitute = this.#substitutes.takeNew(node);
    if (substitute !== undefined) {
      this.#options.logs.append(settings, stream, [{ timestamp: Date.now(), message: substitute }]);
      process.stderr.write(`${substitute}\n`);
    }
    const role = settings.role.split('/').at(-1) ?? '';
    const child = startHandler(job.code, {
      stream,
      endpoint: endpoint(),
      directory,
      node: node.path,
      credentials: credentials.forSession({ role, session: settings.name }),
    });
    const startedAt = Date.now();
    const key = formatEnvironmentKey(job);
    const environment: Environment = { key, stream, child, startedAt, cold: true };
    this.#all.add(environment);
    child.on('message', (message) => this.#onMessage(environment, message as ResultMessage));
    child.on('error', () => this.#onExit(environment, 1));
    child.on('close', (code, signal) => this.#onExit(environment, code ?? signal ?? 1));
    return environment;
  }

  #start(
    environment: Environment,
    work: { job: HandlerJob; resolve(outcome: HandlerOutcome): void },
  ): void {
    clearTimeout(environment.idle);
    const { job } = work;
    const { timeout } = job.code.settings;
    const started = Date.now();
    environment.work = {
      job,
      started,
      end: (outcome) => work.resolve(outcome),
      timeout: setTimeout(() => this.#onTimeout(environment), timeout * 1000),
    };
    environment.child.send(toMessage(job, started), () => {});
  }

  #onMessage(environment: Environment, { lines, payload, error, usage }: ResultMessage): void {
    const { work } = environment;
    if (!work) return;
    if (payload === undefined && !error) {
      this.#log(environment, lines);
      return;
    }
    const output = { lines, ...(usage ? { usage } : {}) };
    this.#finish(environment, output, error ? { error } : { payload: payload ?? 'null' });
    environment.idle = setTimeout(() => void this.#discard(environment), maxIdleMs);
    environment.idle.unref();
    environment.idleSince = Date.now();
    this.#startQueued();
  }

  #finish(
    environment: Environment,
    { lines, usage }: Pick<ResultMessage, 'lines' | 'usage'>,
    outcome: HandlerOutcome,
  ): void {
    const { work } = environment;
    if (!work) return;
    clearTimeout(work.timeout);
    delete environment.work;
    const { job, started } = work;
    const { cold } = environment;
    environment.cold = false;
    const logged = platformLines({ job, started, cold, lines, outcome, usage });
    this.#log(environment, logged, job);
    const { name, memory } = job.code.settings;
    this.#options.meter?.invocation(name, {
      duration: usage?.durationMs ?? Date.now() - started,
      memory,
    });
    work.end({ ...outcome, log: logged.map(({ message }) => `${message}\n`).join('') });
  }

  #log(environment: Environment, lines: readonly LogLine[], job = environment.work?.job): void {
    if (job && !this.#closed) {
      this.#options.logs.append(job.code.settings, environment.stream, lines);
      this.#options.meter?.logged(lines.map(({ message }) => message));
    }
  }

  #onTimeout(environment: Environment): void {
    const job = environment.work?.job;
    if (!job) return;
    const seconds = job.code.settings.timeout.toFixed(2);
    const errorMessage = `RequestId: ${job.requestId} Error: Task timed out after ${seconds} seconds`;
    const error = { errorType: 'Sandbox.Timedout', errorMessage };
    this.#finish(environment, { lines: [] }, { error });
    void this.#discard(environment);
    this.#startQueued();
  }

  #onExit(environment: Environment, status: number | string): void {
    clearTimeout(environment.idle);
    if (!this.#all.delete(environment) || this.#closed) return;
    const requestId = environment.work?.job.requestId ?? '';
    const errorMessage = `RequestId: ${requestId} Error: Runtime exited ${exitText(status)}`;
    const error = { errorType: 'Runtime.ExitError', errorMessage };
    this.#finish(environment, { lines: [] }, { error });
    this.#startQueued();
  }

  #discard(environment: Environment): Promise<void> {
    clearTimeout(environment.idle);
    clearTimeout(environment.work?.timeout);
    this.#all.delete(environment);
    const { child } = environment;
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      child.once('close', () => resolve());
      child.kill('SIGKILL');
    });
  }
}

import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { LogLine, Logs } from '../service-interfaces.ts';
import type { Meter } from '../usage-meter.ts';
import type { InvocationMessage, ResultMessage } from './bootstrap.ts';
import type { Job, Outcome } from './handler-job.ts';
import { startHandler } from './handler-process.ts';
import { platformLines } from './platform-lines.ts';

const idleMs = 60_000;

interface Environment {
  readonly key: string;
  readonly stream: string;
  readonly child: ChildProcess;
  /** It has not run anything yet. */
  cold: boolean;
  work?: { job: Job; started: number; end(outcome: Outcome): void; timeout: NodeJS.Timeout };
  idle?: NodeJS.Timeout;
}

interface Options {
  readonly logs: Logs;
  readonly meter?: Meter | undefined;
  readonly directory: string;
  readonly endpoint: () => string;
}

/** Lambda's execution environments: processes that are kept warm, and run one invocation each at a time. */
export class Environments {
  readonly #options: Options;
  readonly #all = new Set<Environment>();
  readonly #queue: { job: Job; resolve(outcome: Outcome): void }[] = [];
  readonly #cap = 2 * availableParallelism() + 2;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Runs a handler once; never rejects. */
  run(job: Job): Promise<Outcome> {
    return new Promise((resolve) => {
      if (this.#closed) return;
      if (job.nested) this.#begin(this.#free(keyOf(job)) ?? this.#launch(job), { job, resolve });
      else {
        this.#queue.push({ job, resolve });
        this.#next();
      }
    });
  }

  /** Kills every process; what they ran has no outcome. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#queue.length = 0;
    await Promise.all([...this.#all].map((each) => this.#discard(each)));
  }

  #next(): void {
    let head = this.#queue[0];
    while (head) {
      const key = keyOf(head.job);
      const environment = this.#free(key) ?? this.#room(head.job);
      if (!environment) return;
      this.#queue.shift();
      this.#begin(environment, head);
      head = this.#queue[0];
    }
  }

  #free(key: string): Environment | undefined {
    for (const each of this.#all) if (!each.work && each.key === key) return each;
    return undefined;
  }

  #room(job: Job): Environment | undefined {
    if (this.#all.size < this.#cap) return this.#launch(job);
    for (const each of this.#all) {
      if (each.work) continue;
      void this.#discard(each);
      return this.#launch(job);
    }
    return undefined;
  }

  #launch(job: Job): Environment {
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    const stream = `${day}/[${job.code.version}]${randomUUID().replaceAll('-', '')}`;
    const { endpoint, directory } = this.#options;
    const child = startHandler(job.code, { stream, endpoint: endpoint(), directory });
    const environment: Environment = { key: keyOf(job), stream, child, cold: true };
    this.#all.add(environment);
    child.on('message', (message) => this.#heard(environment, message as ResultMessage));
    child.on('error', () => this.#exited(environment, 1));
    child.on('close', (code, signal) => this.#exited(environment, code ?? signal ?? 1));
    return environment;
  }

  #begin(environment: Environment, work: { job: Job; resolve(outcome: Outcome): void }): void {
    clearTimeout(environment.idle);
    const { job } = work;
    const { timeout } = job.code.settings;
    const started = Date.now();
    environment.work = {
      job,
      started,
      end: (outcome) => work.resolve(outcome),
      timeout: setTimeout(() => this.#timedOut(environment), timeout * 1000),
    };
    const message: InvocationMessage = {
      requestId: job.requestId,
      event: job.event,
      deadline: started + timeout * 1000,
      functionArn: job.code.arn,
      ...(job.tenantId === undefined ? {} : { tenantId: job.tenantId }),
    };
    environment.child.send(message, () => {});
  }

  #heard(environment: Environment, { lines, payload, error, used }: ResultMessage): void {
    const { work } = environment;
    if (!work) return;
    if (payload === undefined && !error) {
      this.#log(environment, lines);
      return;
    }
    const said = { lines, ...(used ? { used } : {}) };
    this.#end(environment, said, error ? { error } : { payload: payload ?? 'null' });
    environment.idle = setTimeout(() => void this.#discard(environment), idleMs);
    environment.idle.unref();
    this.#next();
  }

  #end(
    environment: Environment,
    { lines, used }: Pick<ResultMessage, 'lines' | 'used'>,
    outcome: Outcome,
  ): void {
    const { work } = environment;
    if (!work) return;
    clearTimeout(work.timeout);
    delete environment.work;
    const { job, started } = work;
    const { cold } = environment;
    environment.cold = false;
    const logged = platformLines({ job, started, cold, lines, outcome, used });
    this.#log(environment, logged, job);
    const { name, memory } = job.code.settings;
    this.#options.meter?.invocation(name, {
      duration: used?.durationMs ?? Date.now() - started,
      memory,
    });
    work.end({ ...outcome, log: logged.map(({ message }) => `${message}\n`).join('') });
  }

  #log(environment: Environment, lines: readonly LogLine[], job = environment.work?.job): void {
    if (job && !this.#closed) {
      this.#options.logs.append(job.code.settings.logGroup, environment.stream, lines);
      this.#options.meter?.logged(lines.map(({ message }) => message));
    }
  }

  #timedOut(environment: Environment): void {
    const job = environment.work?.job;
    if (!job) return;
    const seconds = job.code.settings.timeout.toFixed(2);
    const errorMessage = `RequestId: ${job.requestId} Error: Task timed out after ${seconds} seconds`;
    const error = { errorType: 'Sandbox.Timedout', errorMessage };
    this.#end(environment, { lines: [] }, { error });
    void this.#discard(environment);
    this.#next();
  }

  #exited(environment: Environment, status: number | string): void {
    clearTimeout(environment.idle);
    if (!this.#all.delete(environment) || this.#closed) return;
    const how = typeof status === 'number' ? `exit status ${status}` : `signal: ${nameOf(status)}`;
    const requestId = environment.work?.job.requestId ?? '';
    const errorMessage = `RequestId: ${requestId} Error: Runtime exited with error: ${how}`;
    const error = { errorType: 'Runtime.ExitError', errorMessage };
    this.#end(environment, { lines: [] }, { error });
    this.#next();
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

/** Signals as Lambda words them; an environment whose heap is full aborts. */
const signals: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};

const nameOf = (signal: string) => signals[signal] ?? signal;

function keyOf({ code }: Job): string {
  return `${code.arn} ${code.revision}`;
}

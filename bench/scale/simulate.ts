/**
 * Simulates orders at a constant rate, event by event: invocations wait for an environment, use a share of the processors, and take
 * units of limits such as checkpoints per second. A refused request is repeated after a growing, random delay, as the AWS SDK does.
 */
import { createRandom } from '../../test/support/random.ts';
import { EventQueue } from './event-queue.ts';
import { Limits, type LimitUse } from './limits.ts';
import { Processors } from './processors.ts';

/** A part of an invocation: work, then requests. */
export interface Slice {
  /** Time of a processor (ms). */
  readonly cpuMs: number;
  /** Time without a processor (ms). */
  readonly idleMs: number;
  readonly uses: readonly LimitUse[];
}

export interface OrderWork {
  readonly start: readonly LimitUse[];
  readonly invocations: readonly (readonly Slice[])[];
  /** Wait after each invocation but the last (ms). */
  readonly waitMs: number;
}

export interface SystemModel {
  /** Invocations that can run at the same time. */
  readonly environments: number;
  /** Environments that can be added per second beyond the first `initialEnvironments`. */
  readonly environmentsPerSecond: number;
  readonly initialEnvironments: number;
  /** Processors that all environments share; infinite if each has its own. */
  readonly processors: number;
  /** Units per second of each limit; a missing limit does not exist. */
  readonly limits: Readonly<Record<string, number>>;
}

export interface SimulationOptions {
  /** Orders per second. */
  readonly rate: number;
  readonly orders: number;
  readonly work: OrderWork;
  readonly system: SystemModel;
  /** Measured durations of orders, relative to their mean. Each order takes one of them at random. */
  readonly factors: readonly number[];
  readonly seed?: number;
}

export interface SimulationResult {
  readonly completed: number;
  /** Orders whose start was refused in all attempts. */
  readonly refused: number;
  /** Times at which orders were completed, since the first submission (ms). */
  readonly completedAtMs: readonly number[];
  /** Durations of the completed orders without their waits (ms). */
  readonly activeMs: readonly number[];
  /** Highest number of invocations that waited for an environment. */
  readonly maxQueued: number;
  /** Refused requests by limit. */
  readonly throttled: Readonly<Record<string, number>>;
}

/** Attempts of a caller to start an order. Requests of functions are repeated until they succeed. */
const startAttempts = 8;

/** Runs the simulation until every order has ended. The same seed has the same result. */
export function simulate(options: SimulationOptions): SimulationResult {
  return new Simulation(options).run();
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #events = new EventQueue();
  readonly #processors: Processors;
  readonly #limits: Limits;
  readonly #random: () => number;
  /** Invocations in the sequence of their requests; the invocations before `#next` have started. */
  readonly #queue: (() => void)[] = [];
  #next = 0;
  readonly #activeMs: number[] = [];
  readonly #completedAtMs: number[] = [];
  #busy = 0;
  #started = 0;
  #maxQueued = 0;
  #refused = 0;
  #wakeScheduled = false;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#processors = new Processors(this.#events, options.system.processors);
    const random = createRandom(options.seed ?? 1);
    this.#random = () => random.next();
    this.#limits = new Limits(this.#events, {
      random: this.#random,
      rates: options.system.limits,
    });
  }

  run(): SimulationResult {
    const { rate, orders } = this.#options;
    const submit = (order: number) => {
      this.#start(order);
      if (order + 1 < orders) this.#events.after(1000 / rate, () => submit(order + 1));
    };
    this.#events.after(0, () => submit(0));
    this.#events.runAll();
    return {
      completed: this.#activeMs.length,
      refused: this.#refused,
      completedAtMs: this.#completedAtMs,
      activeMs: this.#activeMs.toSorted((a, b) => a - b),
      maxQueued: this.#maxQueued,
      throttled: this.#limits.throttled,
    };
  }

  #start(order: number): void {
    const submittedAt = this.#events.now;
    const { work, factors } = this.#options;
    const factor = factors[Math.floor(this.#random() * factors.length)] ?? 1;
    const accepted = () => this.#invoke({ order, submittedAt, factor, index: 0 });
    this.#limits.take(work.start, {
      order,
      attempts: startAttempts,
      done: accepted,
      refused: () => {
        this.#refused += 1;
      },
    });
  }

  #invoke(run: OrderRun): void {
    this.#queue.push(() => this.#runSlices(run, 0));
    this.#startQueued();
    this.#maxQueued = Math.max(this.#maxQueued, this.#queue.length - this.#next);
  }

  #startQueued(): void {
    while (this.#next < this.#queue.length && this.#claimEnvironment()) {
      const invocation = this.#queue[this.#next];
      this.#next += 1;
      invocation?.();
    }
    if (this.#next < this.#queue.length) return;
    this.#queue.length = 0;
    this.#next = 0;
  }

  /** Claims an environment that is idle or can be added now. */
  #claimEnvironment(): boolean {
    const { environments, environmentsPerSecond, initialEnvironments } = this.#options.system;
    if (this.#busy >= environments) return false;
    const allowed = initialEnvironments + (this.#events.now / 1000) * environmentsPerSecond;
    if (this.#busy >= this.#started && this.#started >= allowed) {
      this.#wakeLater(1000 / environmentsPerSecond);
      return false;
    }
    this.#busy += 1;
    this.#started = Math.max(this.#started, this.#busy);
    return true;
  }

  #wakeLater(delayMs: number): void {
    if (this.#wakeScheduled) return;
    this.#wakeScheduled = true;
    this.#events.after(delayMs, () => {
      this.#wakeScheduled = false;
      this.#startQueued();
    });
  }

  #runSlices(run: OrderRun, position: number): void {
    const slice = this.#options.work.invocations[run.index]?.[position];
    if (!slice) {
      this.#endInvocation(run);
      return;
    }
    const { cpuMs, idleMs, uses } = slice;
    const next = () => this.#runSlices(run, position + 1);
    const request = () => this.#limits.take(uses, { order: run.order, done: next });
    const afterWork = () => this.#events.after(idleMs * run.factor, request);
    this.#processors.run(cpuMs * run.factor, idleMs === 0 ? request : afterWork);
  }

  #endInvocation(run: OrderRun): void {
    const { invocations, waitMs } = this.#options.work;
    this.#busy -= 1;
    const index = run.index + 1;
    if (index < invocations.length) {
      this.#events.after(waitMs, () => this.#invoke({ ...run, index }));
    } else {
      this.#completedAtMs.push(this.#events.now);
      const waits = waitMs * (invocations.length - 1);
      this.#activeMs.push(this.#events.now - run.submittedAt - waits);
    }
    this.#startQueued();
  }
}

/** An order, and its present invocation. */
interface OrderRun {
  readonly order: number;
  readonly submittedAt: number;
  readonly factor: number;
  readonly index: number;
}

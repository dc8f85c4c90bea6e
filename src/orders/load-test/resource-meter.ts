/** What the load test itself takes of the machine. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface ToolUsage {
  readonly cpuSeconds: number;
  /** Of one core, 0 to 1. */
  readonly cpuShare: number;
  /** The most memory that the process ever had. */
  readonly peakMemoryBytes: number;
  /** How late the process got to what was due. */
  readonly eventLoopDelayMs: { readonly p99: number; readonly max: number };
}

/** How often the event loop's delay is looked at, ms. */
const resolution = 10;

/** Measures from its making on. */
export class Meter {
  readonly #began = performance.now();
  readonly #cpu = process.cpuUsage();
  readonly #delay = monitorEventLoopDelay({ resolution });

  constructor() {
    this.#delay.enable();
  }

  /** What was used up to now. */
  read(): ToolUsage {
    const { user, system } = process.cpuUsage(this.#cpu);
    const seconds = (user + system) / 1e6;
    const elapsed = (performance.now() - this.#began) / 1000;
    const late = (nanoseconds: number) =>
      Math.max(0, Math.round(nanoseconds / 1e5) / 10 - resolution);
    return {
      cpuSeconds: hundredths(seconds),
      cpuShare: elapsed > 0 ? hundredths(seconds / elapsed) : 0,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      eventLoopDelayMs: { p99: late(this.#delay.percentile(99)), max: late(this.#delay.max) },
    };
  }
}

const hundredths = (value: number) => Math.round(value * 100) / 100;

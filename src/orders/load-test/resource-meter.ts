/** Resources used by the load test itself. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface ToolUsage {
  readonly cpuSeconds: number;
  /** Share of one core (0 to 1). */
  readonly cpuShare: number;
  /** Peak memory of the process since its start. */
  readonly peakMemoryBytes: number;
  /** Delay of timers (ms). */
  readonly eventLoopDelayMs: { readonly p99: number; readonly max: number };
}

/** Sampling interval of the event loop delay (ms). */
const resolutionMs = 10;

/** Measures the resource use of this process since the meter was created. */
export class ResourceMeter {
  readonly #startedAt = performance.now();
  readonly #cpu = process.cpuUsage();
  readonly #delay: ReturnType<typeof monitorEventLoopDelay>;

  constructor(delay = monitorEventLoopDelay({ resolution: resolutionMs })) {
    this.#delay = delay;
    delay.enable();
  }

  /** Returns the use until now. */
  read(): ToolUsage {
    const { user, system } = process.cpuUsage(this.#cpu);
    const seconds = (user + system) / 1e6;
    const elapsed = (performance.now() - this.#startedAt) / 1000;
    const late = (nanoseconds: number) =>
      Math.max(0, Math.round(nanoseconds / 1e5) / 10 - resolutionMs);
    return {
      cpuSeconds: hundredths(seconds),
      cpuShare: elapsed > 0 ? hundredths(seconds / elapsed) : 0,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      eventLoopDelayMs: { p99: late(this.#delay.percentile(99)), max: late(this.#delay.max) },
    };
  }
}

const hundredths = (value: number) => Math.round(value * 100) / 100;

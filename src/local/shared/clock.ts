/**
 * The runtime's virtual time. It runs `speed` times as fast as the wall clock, and stops while the runtime is down or the machine
 * sleeps: it is derived from the monotonic clock, and the store persists its last value.
 *
 * Waits, retry delays, callback timeouts and execution timeouts use virtual time. All times in requests and responses are wall time.
 */
export interface Clock {
  /** Returns the virtual time since the store was created (ms). */
  now(): number;
  /**
   * Returns the real time since the runtime started (ms), without the machine's sleep. Jumps of `advance` are included, so that
   * they reach executions whose time is real.
   */
  realNow(): number;
  readonly speed: number;
  /** Sets the alarm: `onDue` is called when virtual time reaches `virtual`. Replaces the previous alarm; undefined removes it. */
  arm(virtual: number | undefined, onDue: () => void): void;
  /** Advances virtual time (ms). An alarm that becomes due fires at once. */
  advance(ms: number): void;
  close(): void;
}

/** Interval of the check for sleep (ms). The check is needed because on some systems the monotonic clock runs during sleep. */
const sleepCheckMs = 5_000;
/** A gap of this length between two readings means that the machine slept (ms). */
const sleepThresholdMs = 30_000;

/** Maximum delay of a timer (ms). Longer delays overflow in Node and fire at once. */
const maxTimeoutMs = 2 ** 31 - 1;

export function startClock({ from, speed }: { from: number; speed: number }): Clock {
  /** Real time that the machine has slept, and virtual time that `advance` has skipped (ms). */
  let [slept, skipped] = [0, 0];
  const startedAt = performance.now();
  let alarm: { at: number; onDue: () => void } | undefined;
  let timeout: NodeJS.Timeout | undefined;

  let lastReading = startedAt;

  function now(): number {
    discountSleep();
    return from + skipped + awakeMs() * speed;
  }

  function awakeMs(): number {
    return performance.now() - startedAt - slept;
  }

  /** Subtracts the time that the machine has slept since the last reading. */
  function discountSleep(): void {
    const present = performance.now();
    const gap = present - lastReading;
    lastReading = present;
    if (gap <= sleepThresholdMs) return;
    slept += gap - sleepCheckMs;
    schedule();
  }

  const sleepChecks = setInterval(discountSleep, sleepCheckMs);
  sleepChecks.unref();

  function schedule(): void {
    clearTimeout(timeout);
    if (!alarm) return;
    const ms = Math.min(Math.max(0, Math.ceil((alarm.at - now()) / speed)), maxTimeoutMs);
    timeout = setTimeout(fireAlarm, ms);
  }

  function fireAlarm(): void {
    if (!alarm) return;
    if (now() < alarm.at) {
      schedule();
      return;
    }
    const { onDue } = alarm;
    alarm = undefined;
    onDue();
  }

  return {
    now,
    speed,
    realNow() {
      discountSleep();
      return skipped + awakeMs();
    },
    arm(at, onDue) {
      if (alarm && alarm.at === at) {
        alarm.onDue = onDue;
        return;
      }
      alarm = at === undefined ? undefined : { at, onDue };
      schedule();
    },
    advance(ms) {
      skipped += ms;
      schedule();
    },
    close() {
      clearTimeout(timeout);
      clearInterval(sleepChecks);
    },
  };
}

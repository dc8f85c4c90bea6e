/**
 * The runtime's time. It runs `speed` times as fast as the wall clock and stands still while the runtime is
 * down or the machine sleeps: it is driven by the monotonic clock, and its last value is persisted by the store.
 *
 * Waits, retry delays, callback and execution timeouts are due in virtual time. What goes over the wire is wall time.
 */
export interface Clock {
  /** Virtual milliseconds since the store was created. */
  now(): number;
  readonly speed: number;
  /** The wall-clock instant (epoch ms) at which a virtual instant will be, at the present speed. */
  toWall(virtual: number): number;
  /** Runs `onDue` whenever virtual time reaches the instant given by `arm`; one alarm at a time, the latest wins. */
  arm(virtual: number | undefined, onDue: () => void): void;
  /** Jumps ahead, so that everything due until then is due at once. */
  advance(ms: number): void;
  close(): void;
}

/** How often the clock looks whether the machine slept; ms. Only some systems' monotonic clocks stand still meanwhile. */
const glance = 5_000;
/** Whoever is not heard of for so long was asleep; ms. */
const asleep = 30_000;

/** Timers beyond this overflow in Node and fire at once. */
const longestTimeout = 2 ** 31 - 1;

export function startClock({ from, speed }: { from: number; speed: number }): Clock {
  let origin = from;
  const started = performance.now();
  let alarm: { at: number; onDue: () => void } | undefined;
  let timeout: NodeJS.Timeout | undefined;

  let seen = started;

  function now(): number {
    notice();
    return origin + (performance.now() - started) * speed;
  }

  /** Takes out of the time that has passed what the machine slept through. */
  function notice(): void {
    const present = performance.now();
    const gap = present - seen;
    seen = present;
    if (gap <= asleep) return;
    origin -= (gap - glance) * speed;
    schedule();
  }

  const glances = setInterval(notice, glance);
  glances.unref();

  function schedule(): void {
    clearTimeout(timeout);
    if (!alarm) return;
    const ms = Math.min(Math.max(0, Math.ceil((alarm.at - now()) / speed)), longestTimeout);
    timeout = setTimeout(ring, ms);
  }

  function ring(): void {
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
    toWall: (virtual) => Date.now() + (virtual - now()) / speed,
    arm(at, onDue) {
      alarm = at === undefined ? undefined : { at, onDue };
      schedule();
    },
    advance(ms) {
      origin += ms;
      schedule();
    },
    close() {
      clearTimeout(timeout);
      clearInterval(glances);
    },
  };
}

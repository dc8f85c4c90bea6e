/** Time of a replay: it is constant while code runs, and moves to the next timer when the code is idle. */

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

const timers = new Map<object, Timer>();
const RealDate = Date;
let now = 0;

/** Sets the time (epoch ms) and discards all timers. */
export function setTime(ms: number): void {
  now = ms;
  timers.clear();
}

/** Moves the time forward (epoch ms). It never moves back. */
export function advanceTime(ms: number): void {
  now = Math.max(now, ms);
}

/** Returns when the earliest timer is due (epoch ms); Infinity if there is none. */
export function nextTimerDue(): number {
  let due = Number.POSITIVE_INFINITY;
  for (const timer of timers.values()) due = Math.min(due, timer.due);
  return due;
}

/** Runs the earliest timer, and sets the time to its due time. Returns false if there is none. */
export function runNextTimer(): boolean {
  let next: [object, Timer] | undefined;
  for (const entry of timers) if (!next || entry[1].due < next[1].due) next = entry;
  if (!next) return false;
  timers.delete(next[0]);
  now = Math.max(now, next[1].due);
  next[1].run();
  return true;
}

/** Handle of a timer, with the methods that libraries call. */
class VirtualTimer {
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return false;
  }
  refresh(): this {
    return this;
  }
  [Symbol.toPrimitive](): number {
    return 0;
  }
}

/** Replaces the clock and the timers of this process. */
export function installVirtualTime(): void {
  const set = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
    const handle = new VirtualTimer();
    timers.set(handle, { due: now + ms, run: () => run(...args) });
    return handle;
  };
  const clear = (handle: object | undefined) => {
    if (handle) timers.delete(handle);
  };
  Object.assign(globalThis, {
    setTimeout: set,
    clearTimeout: clear,
    setInterval: set,
    clearInterval: clear,
  });
  globalThis.Date = class extends RealDate {
    constructor(...args: [] | [number]) {
      if (args.length === 0) super(now);
      else super(...args);
    }
    static override now(): number {
      return now;
    }
  } as DateConstructor;
}

/** Schedule of an open model. Pure. */

export interface Schedule {
  /** Orders per second. */
  readonly rate: number;
  /** Time over which the rate rises linearly from 0 (ms). */
  readonly rampMs: number;
}

/** Returns when the order with this index (from 0) is due, in ms after the start of the schedule. */
export function dueMs(index: number, { rate, rampMs }: Schedule): number {
  const inRamp = (rate * rampMs) / 2000;
  // With a linear rise, rate × t² / (2 × ramp) orders are due within t.
  if (index < inRamp) return Math.sqrt((2 * index * rampMs * 1000) / rate);
  return rampMs + ((index - inRamp) * 1000) / rate;
}

/** Returns the number of orders that are due within `durationMs`. */
export function countDueWithin(durationMs: number, { rate, rampMs }: Schedule): number {
  const sent =
    durationMs < rampMs
      ? (rate * durationMs ** 2) / (2000 * rampMs)
      : (rate * (durationMs - rampMs / 2)) / 1000;
  // An order due exactly at the end is excluded. The tolerance absorbs rounding errors.
  return Math.ceil(sent - 1e-9);
}

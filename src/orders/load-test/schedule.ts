/** When the orders of an open model are due. Pure. */

export interface Schedule {
  /** Orders a second. */
  readonly rate: number;
  /** How long the rate takes to rise evenly from nothing, ms. */
  readonly rampMs: number;
}

/** When the order of that number, from 0 on, is due, ms after the schedule begins. */
export function dueMs(index: number, { rate, rampMs }: Schedule): number {
  const inRamp = (rate * rampMs) / 2000;
  // A rate that rises evenly has sent rate × t² / (2 × ramp) orders after t.
  if (index < inRamp) return Math.sqrt((2 * index * rampMs * 1000) / rate);
  return rampMs + ((index - inRamp) * 1000) / rate;
}

/** How many orders are due within so long. */
export function dueWithin(durationMs: number, { rate, rampMs }: Schedule): number {
  const sent =
    durationMs < rampMs
      ? (rate * durationMs ** 2) / (2000 * rampMs)
      : (rate * (durationMs - rampMs / 2)) / 1000;
  // The one that is due at the very end is due no more; what rounding adds is no order.
  return Math.ceil(sent - 1e-9);
}

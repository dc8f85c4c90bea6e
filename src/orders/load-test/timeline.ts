import type { ObservedOrder } from './observed-orders.ts';

/** Number of orders in each status over the time of a load test. */
export interface Timeline {
  /** Time between two points (ms); the first point is the start. */
  readonly stepMs: number;
  /** Orders at each point, by status. `received`: accepted, without a status. */
  readonly statuses: Readonly<Record<string, readonly number[]>>;
  /** Orders submitted since the previous point. */
  readonly submitted: readonly number[];
  /** Orders completed since the previous point. */
  readonly completed: readonly number[];
  /** Orders that failed or were cancelled since the previous point. */
  readonly failed: readonly number[];
}

/** Number of points after the start, for a test of any duration. */
const maxSteps = 60;

/** Builds the timeline of a test that started at `startedAtMs` (ms since the epoch). */
export function buildTimeline(
  orders: readonly ObservedOrder[],
  { startedAtMs, durationMs }: { readonly startedAtMs: number; readonly durationMs: number },
): Timeline {
  const stepMs = Math.max(1, Math.ceil(durationMs / maxSteps));
  /** Returns the first point at or after a time. */
  const toPoint = (at: number) =>
    Math.min(maxSteps, Math.max(0, Math.ceil((at - startedAtMs) / stepMs)));
  const countEvents = (times: readonly number[]) => {
    const counts = zeros();
    for (const at of times) increment(counts, toPoint(at));
    return counts;
  };
  const submitted = orders.filter(({ submittedAt }) => submittedAt !== undefined);
  const isCompleted = ({ record }: ObservedOrder) => record?.status === 'completed';
  return {
    stepMs,
    statuses: countStatuses(orders, toPoint),
    submitted: countEvents(submitted.map(({ submittedAt = 0 }) => submittedAt)),
    completed: countEvents(listEndTimes(submitted.filter(isCompleted))),
    failed: countEvents(listEndTimes(submitted.filter((order) => !isCompleted(order)))),
  };
}

const zeros = () => Array<number>(maxSteps + 1).fill(0);

function increment(counts: number[], point: number): void {
  counts[point] = (counts[point] ?? 0) + 1;
}

const listEndTimes = (orders: readonly ObservedOrder[]) =>
  orders.flatMap(({ submittedAt = 0, endedMs }) =>
    endedMs === undefined ? [] : submittedAt + endedMs,
  );

/** Counts the orders in each status at each point. */
function countStatuses(
  orders: readonly ObservedOrder[],
  toPoint: (at: number) => number,
): Record<string, number[]> {
  const statuses: Record<string, number[]> = {};
  for (const order of orders) {
    const statusTimes = listStatusTimes(order);
    for (const [index, { status, at }] of statusTimes.entries()) {
      const counts = statuses[status] ?? zeros();
      statuses[status] = counts;
      const next = statusTimes[index + 1];
      const end = next ? toPoint(next.at) : maxSteps + 1;
      for (let point = toPoint(at); point < end; point += 1) increment(counts, point);
    }
  }
  return statuses;
}

/** Returns the statuses of an accepted order with increasing times (ms since the epoch), even if clocks differ. */
function listStatusTimes({ submittedAt, acceptedMs, record }: ObservedOrder) {
  if (submittedAt === undefined || acceptedMs === undefined) return [];
  let last = submittedAt;
  const reached = (record?.transitions ?? []).map(({ status, at }) => {
    last = Math.max(last, Date.parse(at) || 0);
    return { status: String(status), at: last };
  });
  return [{ status: 'received', at: submittedAt }, ...reached];
}

/** How the orders of a load test were spread over their statuses, moment by moment. Pure. */
import type { ObservedOrder } from './observed-orders.ts';

export interface Timeline {
  /** From one moment to the next, ms; the first is the beginning. */
  readonly stepMs: number;
  /** Status -> orders in it at each moment. Accepted ones without a status are `received`. */
  readonly statuses: Readonly<Record<string, readonly number[]>>;
  /** Orders submitted since the moment before. */
  readonly submitted: readonly number[];
  /** Orders that completed since the moment before. */
  readonly completed: readonly number[];
  /** Orders that ended otherwise since the moment before. */
  readonly failed: readonly number[];
}

/** So many moments besides the beginning show a course, however long it took. */
const moments = 60;

/** What was when, from `began` (epoch ms) for `durationMs`. */
export function timelineOf(
  orders: readonly ObservedOrder[],
  { began, durationMs }: { readonly began: number; readonly durationMs: number },
): Timeline {
  const stepMs = Math.max(1, Math.ceil(durationMs / moments));
  const none = () => Array<number>(moments + 1).fill(0);
  const statuses: Record<string, number[]> = {};
  const [submitted, completed, failed] = [none(), none(), none()];
  /** The first moment at which something that happened then has happened. */
  const momentOf = (at: number) => Math.min(moments, Math.max(0, Math.ceil((at - began) / stepMs)));
  const count = (counts: number[], moment: number) => {
    counts[moment] = (counts[moment] ?? 0) + 1;
  };
  for (const order of orders) {
    const course = courseOf(order);
    for (const [index, { status, at }] of course.entries()) {
      const until = course[index + 1]?.at;
      const to = until === undefined ? moments + 1 : momentOf(until);
      const counts = statuses[status] ?? none();
      statuses[status] = counts;
      for (let moment = momentOf(at); moment < to; moment += 1) count(counts, moment);
    }
    const { submittedAt, endedMs, record } = order;
    if (submittedAt === undefined) continue;
    count(submitted, momentOf(submittedAt));
    if (endedMs === undefined) continue;
    count(record?.status === 'completed' ? completed : failed, momentOf(submittedAt + endedMs));
  }
  return { stepMs, statuses, submitted, completed, failed };
}

/** The statuses of an accepted order with their times, epoch ms, which never go back: clocks of two machines may. */
function courseOf({ submittedAt, acceptedMs, record }: ObservedOrder) {
  if (submittedAt === undefined || acceptedMs === undefined) return [];
  let last = submittedAt;
  const reached = (record?.transitions ?? []).map(({ status, at }) => {
    last = Math.max(last, Date.parse(at) || 0);
    return { status: String(status), at: last };
  });
  return [{ status: 'received', at: submittedAt }, ...reached];
}

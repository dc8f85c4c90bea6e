/** Whether an order took the way through the workflow that its row tells of. Pure. */
import type { OrderRecord } from '../../functions/contract/api.ts';
import {
  isEnd,
  type OrderStatus,
  rank,
  type Stage,
  stages,
} from '../../functions/contract/workflow.ts';
import { creditCheckAbove } from './progress.ts';

type Travelled = Partial<Pick<OrderRecord, 'status' | 'transitions' | 'total'>>;

/** Environments that write one order's statuses have clocks of their own, ms. */
const skewMs = 1000;

/** Where an order went back or stands in a status that it did not reach, in words; undefined where it did not. */
export function wentBack({ status, transitions = [] }: Travelled): string | undefined {
  for (const [index, { status: to, at }] of transitions.entries()) {
    const before = transitions[index - 1];
    if (!before) continue;
    if (rank(to) <= rank(before.status)) return `went from ${before.status} to ${to}`;
    const tooEarly = Date.parse(at) < Date.parse(before.at) - skewMs;
    if (tooEarly) return `reached ${to} before ${before.status}`;
  }
  const last = transitions.at(-1)?.status;
  return last === status
    ? undefined
    : `is ${status}, while its last transition is ${last ?? 'missing'}`;
}

/** A status that an order left out on its way, in words; undefined when it left out none. */
export function skippedStatus({ transitions = [], total = 0 }: Travelled): string | undefined {
  const found = new Set<OrderStatus>(transitions.map(({ status }) => status));
  const last = transitions.findLast(({ status }) => !isEnd(status) || status === 'completed');
  if (!last) return undefined;
  const due = stages.flatMap((stage: Stage) => {
    const conditional = 'when' in stage && total <= creditCheckAbove;
    return 'status' in stage && !conditional ? [stage.status] : [];
  });
  const missing = due.find((each) => rank(each) < rank(last.status) && !found.has(each));
  return missing && `is ${last.status} and was never ${missing}`;
}

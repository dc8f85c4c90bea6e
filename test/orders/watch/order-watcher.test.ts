import { expect, it } from 'vitest';
import type { WatchEvent } from '../../../src/orders/watch/events.ts';
import { OrderWatcher } from '../../../src/orders/watch/order-watcher.ts';
import { orderRecord } from '../record.ts';

const record = orderRecord(['validated', 'inventory-checked']);
const { orderId, createdAt } = record;
const watch = (submittedAt?: string) => {
  const located = { orderId, ...(submittedAt === undefined ? {} : { submittedAt }) };
  return new OrderWatcher(located, { timeScale: 1, until: undefined, recoveryMs: 1000 });
};
const elapsed = (events: readonly WatchEvent[]) =>
  events.flatMap((event) => (event.type === 'status' ? [event.elapsedMs] : []));
const shifted = (ms: number) => new Date(Date.parse(createdAt) + ms).toISOString();

it.each([
  ['SIGINT', 130, 'detached'],
  ['SIGTERM', 143, 'detached'],
  [new DOMException('', 'TimeoutError'), 124, 'timeout'],
])('ends with the exit code of the process after %s', (reason, exitCode, ending) => {
  expect(watch().detach(reason)).toMatchObject({ exitCode, ending });
});

it('counts the time from the submission, which includes queueing', () => {
  const [first = 0] = elapsed(watch().update(record));
  expect(elapsed(watch(shifted(-2500)).update(record))[0]).toBe(first + 2500);
});

it('ignores a submission time of a clock that differs', () => {
  const [first = 0] = elapsed(watch().update(record));
  for (const ms of [-3_600_000, 5000]) {
    expect(elapsed(watch(shifted(ms)).update(record))[0]).toBe(first);
  }
});

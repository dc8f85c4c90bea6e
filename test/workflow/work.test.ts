import { expect, it } from 'vitest';
import type { HistoryEvent } from '../../src/workflow/history-event.ts';
import { workOf } from '../../src/workflow/work.ts';

const start = Date.parse('2026-11-22T08:12:04.000Z');
const time = (seconds: number) => new Date(start + seconds * 1000).toISOString();
const event = (type: string, seconds: number, more: Partial<HistoryEvent> = {}): HistoryEvent => ({
  seq: seconds,
  type,
  at: time(seconds),
  ...more,
});
const payment = { id: 'p', name: 'process-payment' };
const error = { type: 'ProviderUnavailable', message: '503' };
const began = event('ExecutionStarted', 0);
const work = (events: readonly HistoryEvent[], seconds: number) =>
  workOf(events, { now: start + seconds * 1000, timeScale: 60 });

it('tells when a step is tried again, also while it is at it', () => {
  const failed = [
    began,
    event('StepStarted', 1, payment),
    event('StepFailed', 2, { ...payment, attempt: 1, retryInMs: 60_000, error }),
  ];
  const retry = { step: 'process-payment', attempt: 2, at: start + 3000, error };
  expect(work(failed, 2)).toMatchObject({ retries: 0, retry });
  const again = [...failed, event('StepStarted', 3, payment)];
  expect(work(again, 4)).toMatchObject({ retries: 1, retry, attempts: { 'process-payment': 2 } });
  const done = [...again, event('StepSucceeded', 5, payment)];
  expect(work(done, 6)?.retry).toBeUndefined();
});

it('tells when a wait is over by the length that it has, not the usual one', () => {
  const waits = [
    began,
    event('WaitStarted', 1, { id: 'w', name: 'await-pickup', waitMs: 120_000 }),
  ];
  expect(work(waits, 2)?.wait).toEqual({ name: 'await-pickup', endsAt: start + 3000 });
  const over = [...waits, event('WaitSucceeded', 3, { id: 'w', name: 'await-pickup' })];
  expect(work(over, 3)?.wait).toBeUndefined();
});

it('counts invocations after the first as replays', () => {
  const ended = (seconds: number) =>
    event('InvocationCompleted', seconds, { startedAt: time(seconds - 1) });
  const events = [began, ended(1), ended(3), event('ExecutionSucceeded', 3)];
  expect(work(events, 9)).toMatchObject({ invocations: 2, replays: 1, activeMs: 2000 });
});

it('is stuck when invocations fail in a row without a checkpoint, and no longer after one', () => {
  const died = (seconds: number) =>
    event('InvocationCompleted', seconds, { error: { type: 'Sandbox.Timedout', message: '' } });
  const once = [began, event('StepStarted', 1, payment), died(2)];
  expect(work(once, 3)?.stuck).toBeUndefined();
  const twice = [...once, event('StepStarted', 3, payment), died(4)];
  expect(work(twice, 5)?.stuck).toMatchObject({
    invocations: 2,
    since: time(1),
    step: 'process-payment',
    error: { type: 'Sandbox.Timedout' },
  });
  const other = event('StepStarted', 6, { id: 'q', name: 'fraud-check' });
  const onwards = [...twice, event('StepSucceeded', 5, payment), other, died(7)];
  expect(work(onwards, 8)?.stuck).toBeUndefined();
});

it('knows nothing of an execution without events', () => {
  expect(work([], 1)).toBeUndefined();
});

import { expect, it } from 'vitest';
import type { HistoryEvent } from '../../src/workflow/history-event.ts';
import { summarizeActivity } from '../../src/workflow/work.ts';

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
const started = event('ExecutionStarted', 0);
const activity = (events: readonly HistoryEvent[], seconds: number) =>
  summarizeActivity(events, { now: start + seconds * 1000, timeScale: 60 });

it('reports a retried step before and during the next attempt', () => {
  const failed = [
    started,
    event('StepStarted', 1, payment),
    event('StepFailed', 2, { ...payment, attempt: 1, retryInMs: 60_000, error }),
  ];
  const retry = { step: 'process-payment', attempt: 2, at: start + 3000, error };
  expect(activity(failed, 2)).toMatchObject({ retries: 0, retry });
  const again = [...failed, event('StepStarted', 3, payment)];
  expect(activity(again, 4)).toMatchObject({
    retries: 1,
    retry,
    attempts: { 'process-payment': 2 },
  });
  const done = [...again, event('StepSucceeded', 5, payment)];
  expect(activity(done, 6)?.retry).toBeUndefined();
});

it('reports the end of a wait by its actual length', () => {
  const waits = [
    started,
    event('WaitStarted', 1, { id: 'w', name: 'await-pickup', waitMs: 120_000 }),
  ];
  expect(activity(waits, 2)?.wait).toEqual({ name: 'await-pickup', endsAt: start + 3000 });
  const over = [...waits, event('WaitSucceeded', 3, { id: 'w', name: 'await-pickup' })];
  expect(activity(over, 3)?.wait).toBeUndefined();
});

it('counts invocations after the first one as replays', () => {
  const ended = (seconds: number) =>
    event('InvocationCompleted', seconds, { startedAt: time(seconds - 1) });
  const events = [started, ended(1), ended(3), event('ExecutionSucceeded', 3)];
  expect(activity(events, 9)).toMatchObject({ invocations: 2, replays: 1, activeMs: 2000 });
});

it('reports a stuck execution until there is a new checkpoint', () => {
  const died = (seconds: number) =>
    event('InvocationCompleted', seconds, { error: { type: 'Sandbox.Timedout', message: '' } });
  const once = [started, event('StepStarted', 1, payment), died(2)];
  expect(activity(once, 3)?.stuck).toBeUndefined();
  const twice = [...once, event('StepStarted', 3, payment), died(4)];
  expect(activity(twice, 5)?.stuck).toMatchObject({
    invocations: 2,
    since: time(1),
    step: 'process-payment',
    error: { type: 'Sandbox.Timedout' },
  });
  const other = event('StepStarted', 6, { id: 'q', name: 'fraud-check' });
  const onwards = [...twice, event('StepSucceeded', 5, payment), other, died(7)];
  expect(activity(onwards, 8)?.stuck).toBeUndefined();
});

it('is undefined for an execution without events', () => {
  expect(activity([], 1)).toBeUndefined();
});

import { expect, it } from 'vitest';
import { PauseState } from '../../../src/orders/watch/pause-state.ts';

const orderId = 'order-1';
const ts = '2026-11-22T08:12:00.000Z';
const request = { requestedAt: ts, reason: 'outage' };

it('reports each change of the status once', () => {
  const state = new PauseState(orderId);
  state.observe('RUNNING');
  expect(state.takeChange()).toEqual([]);
  state.observe('PAUSING', request);
  expect(state.takeChange()).toEqual([]);
  const pausing = { type: 'execution', ts, orderId, status: 'PAUSING', reason: 'outage' };
  expect(state.takeStatusChange()).toEqual([pausing]);
  expect(state.takeStatusChange()).toEqual([]);
  state.observe('PAUSED', request);
  expect(state.takeStatusChange()).toEqual([]);
  expect(state.takeChange()).toEqual([{ type: 'paused', ts, orderId, reason: 'outage' }]);
  expect(state.takeChange()).toEqual([]);
  expect(state.since).toBe(ts);
  state.observe('RUNNING');
  expect(state.takeChange()).toMatchObject([{ type: 'resumed', orderId }]);
  expect(state.since).toBeUndefined();
  expect(state.takeStatusChange()).toEqual([]);
});

it('reports a pause that was cancelled before it took effect, and no end of the execution', () => {
  const state = new PauseState(orderId);
  const reported = ['PAUSING', 'PAUSING', 'RUNNING', 'RUNNING', 'PAUSING', 'DELETING'].flatMap(
    (status) => {
      state.observe(status, request);
      return [...state.takeChange(), ...state.takeStatusChange()];
    },
  );
  expect(reported).toEqual([
    { type: 'execution', ts, orderId, status: 'PAUSING', reason: 'outage' },
    { type: 'execution', ts: expect.any(String), orderId, status: 'RUNNING' },
    { type: 'execution', ts, orderId, status: 'PAUSING', reason: 'outage' },
  ]);
});

it('reports an unknown status as it is, also after a pause', () => {
  const state = new PauseState(orderId);
  const reported = ['QUEUED', 'PAUSED', 'QUEUED', 'RUNNING'].flatMap((status) => {
    state.observe(status, request);
    return [...state.takeChange(), ...state.takeStatusChange()];
  });
  expect(reported.map((event) => (event.type === 'execution' ? event.status : event.type))).toEqual(
    ['QUEUED', 'paused', 'resumed', 'QUEUED', 'RUNNING'],
  );
});

it('reports that an execution is pausing if its history shows the pause', () => {
  const state = new PauseState(orderId);
  state.observe('PAUSING', request);
  expect(state.takeStatusChange()).toMatchObject([{ status: 'PAUSING' }]);
  expect(state.apply({ type: 'paused', ts, orderId })).toBe(true);
  expect(state.takeStatusChange()).toEqual([]);
  expect(state.apply({ type: 'resumed', ts, orderId, pausedMs: 1 })).toBe(true);
  expect(state.takeStatusChange()).toEqual([]);
});

it('drops the event of the history for a change that was reported', () => {
  const state = new PauseState(orderId);
  state.observe('PAUSED', request);
  state.takeChange();
  expect(state.apply({ type: 'paused', ts, orderId })).toBe(false);
  expect(state.apply({ type: 'resumed', ts, orderId, pausedMs: 1 })).toBe(true);
  expect(state.takeChange()).toEqual([]);
});

it('is newer than a list that was read before the event of the history', () => {
  const state = new PauseState(orderId);
  const listReadAt = performance.now();
  state.apply({ type: 'paused', ts, orderId });
  expect(state.isOlderThan(listReadAt)).toBe(false);
  expect(state.isOlderThan(performance.now() + 1)).toBe(true);
});

import { expect, it } from 'vitest';
import { describeChanges, formatRuntime } from '../../../src/cli/local/runtime-text.ts';

const state = {
  url: 'http://127.0.0.1:4510',
  pid: 1,
  startedAt: 0,
  timeScale: 60,
  build: 'a',
  enforceQuotas: true,
  conflictWindowMs: 10,
};

it('shows the quotas and the duration of transactions', () => {
  expect(formatRuntime(state)).toBe('time ×60, quotas enforced, transactions 10ms');
  expect(formatRuntime({ ...state, enforceQuotas: false, conflictWindowMs: 0 })).toBe('time ×60');
});

it('names the settings in which a restarted runtime differs', () => {
  expect(describeChanges(state, { ...state, conflictWindowMs: 25 })).toEqual([
    'conflict window: 10ms → 25ms',
  ]);
  expect(describeChanges(state, { ...state, enforceQuotas: false, conflictWindowMs: 0 })).toEqual([
    'quotas: enforced → not enforced',
    'conflict window: 10ms → 0ms',
  ]);
});

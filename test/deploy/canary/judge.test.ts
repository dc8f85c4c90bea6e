import { describe, expect, it } from 'vitest';
import {
  decide,
  findFailures,
  type Group,
  type GroupDetails,
} from '../../../src/deploy/canary/judge.ts';
import type { CanaryTerms } from '../../../src/deploy/canary/terms.ts';

const terms: CanaryTerms = {
  bakeMs: 1000,
  limitMs: 4000,
  minOrders: 60,
  onTooFew: 'rollback',
  judgesDurations: true,
  alarms: [],
};
const group = (succeeded: number, failed = 0, running = 0): Group => ({
  succeeded,
  failed,
  running,
  stopped: 0,
});
const details = (changes: Partial<GroupDetails> = {}): GroupDetails => ({
  completed: 60,
  warned: 0,
  times: new Map(),
  ...changes,
});
const noDetails = { live: details(), canary: details() };

const judge = (live: Group, canary: Group) => decide({ live, canary }, noDetails, terms);

describe('a new version', () => {
  it('is rolled back if more of its orders fail than chance explains', () => {
    expect(judge(group(540), group(57, 3))).toEqual({
      verdict: 'worse',
      reasons: [
        '3 of 60 orders failed for technical reasons, 0 of 540 on the live version (chance 0.096%)',
      ],
    });
  });

  it('is rolled back for failures with few orders, too, without waiting for more', () => {
    expect(judge(group(20), group(0, 8)).verdict).toBe('worse');
  });

  it('is accepted with as many failures as the live version', () => {
    expect(judge(group(513, 27), group(57, 3)).verdict).toBe('better-or-equal');
  });

  it('is accepted without failures, once enough orders of both versions ended', () => {
    expect(judge(group(60), group(60)).verdict).toBe('better-or-equal');
    expect(judge(group(600), group(59, 0, 40))).toEqual({
      verdict: 'undecided',
      reasons: ['not enough orders to decide: 59 of 60 ended on the new version'],
    });
    expect(judge(group(3), group(60)).reasons).toEqual([
      'not enough orders to decide: 3 of 60 ended on the live version',
    ]);
  });

  it('is not decided after one failure that may be chance', () => {
    const { verdict, reasons } = judge(group(540), group(59, 1));
    expect([verdict, reasons]).toEqual(['undecided', [expect.stringContaining('chance (10%)')]]);
  });

  it('is rolled back for more warnings', () => {
    const canary = details({ warned: 8 });
    const { verdict, reasons } = decide(
      { live: group(60), canary: group(60) },
      { live: details(), canary },
      terms,
    );
    expect([verdict, reasons]).toEqual([
      'worse',
      [expect.stringContaining('8 of 60 completed orders have warnings, 0 of 60')],
    ]);
  });
});

describe('the time in a status', () => {
  const decideTimes = (live: number[], canary: number[], changes: Partial<CanaryTerms> = {}) =>
    decide(
      { live: group(60), canary: group(60) },
      {
        live: details({ times: new Map([['picked', live]]) }),
        canary: details({ times: new Map([['picked', canary]]) }),
      },
      { ...terms, ...changes },
    );
  const times = (from: number, count = 30) => Array.from({ length: count }, (_, i) => from + i);

  it('rolls back a version whose orders stay much longer', () => {
    expect(decideTimes(times(1000), times(5000))).toMatchObject({
      verdict: 'worse',
      reasons: [expect.stringContaining('orders stay 5.0 s in picked, 1.0 s on the live version')],
    });
  });

  it.each([
    ['is shorter', times(5000), times(1000), {}],
    ['is longer by less than half', times(5000), times(7000), {}],
    ['is longer by less than a second', times(100), times(900), {}],
    ['is known of too few orders', times(1000), times(5000, 19), {}],
    ['is not judged', times(1000), times(5000), { judgesDurations: false }],
    ['is longer in a few orders only', times(1000), [...times(1000, 27), 9e5, 9e5, 9e5], {}],
  ])('does not count if it %s', (_, live, canary, changes) => {
    expect(decideTimes(live, canary, changes).verdict).toBe('better-or-equal');
  });
});

it('needs clearer failures before the end of the bake time', () => {
  const groups = { live: group(0, 0, 540), canary: group(0, 2, 58) };
  expect(findFailures(groups)).toBeDefined();
  expect(findFailures(groups, 0.001)).toBeUndefined();
});

it('never rolls back for orders that a person stopped', () => {
  const canary = { ...group(60), stopped: 50 };
  expect(judge(group(60), canary).verdict).toBe('better-or-equal');
});

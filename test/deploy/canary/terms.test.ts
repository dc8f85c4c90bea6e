import { expect, it } from 'vitest';
import { type CanaryTerms, formatTerms, parseTerms } from '../../../src/deploy/canary/terms.ts';

const terms: CanaryTerms = {
  bakeMs: 1_800_000,
  limitMs: 7_200_000,
  minOrders: 60,
  onTooFew: 'hold',
  judgesDurations: false,
  alarms: ['orders-failed', 'api-errors'],
};

it('stores terms as a text that a person can read, and reads them back', () => {
  const text = formatTerms(terms);
  expect(text).toBe(
    'canary bake=1800s limit=7200s min-orders=60 too-few=hold durations=ignored alarms=orders-failed,api-errors',
  );
  expect(parseTerms(text)).toEqual(terms);
  const without = { ...terms, alarms: [], judgesDurations: true, bakeMs: 500 };
  expect(parseTerms(formatTerms(without))).toEqual(without);
});

it('rejects alarms that do not fit into the description of an alias', () => {
  const alarms = ['a'.repeat(200)];
  expect(() => formatTerms({ ...terms, alarms })).toThrow(/too long by 26 characters/);
});

it.each(['', 'canary bake=1800s', 'canary bake=x limit=1s min-orders=1 too-few=hold'])(
  'names the command that ends a canary with the unreadable terms "%s"',
  (text) => {
    expect(() => parseTerms(text)).toThrow(
      expect.objectContaining({
        code: 'UnreadableCanary',
        hints: expect.arrayContaining(['orders versions rollback']),
      }),
    );
  },
);

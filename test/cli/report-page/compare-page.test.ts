import { parse } from 'parse5';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { formatComparison } from '../../../src/cli/load-test/compare-text.ts';
import { renderComparisonPage } from '../../../src/cli/report-page/compare-page.ts';
import { loadTestCompareSchema } from '../../../src/cli/schemas/load-test-compare.ts';
import { compareRuns } from '../../../src/orders/load-test/compare/compare-runs.ts';
import type { StoredRun } from '../../../src/orders/load-test/compare/stored-runs.ts';
import { parseThreshold } from '../../../src/orders/load-test/thresholds.ts';
import { createRun, setup, steadyMs } from '../../orders/load-test/compare/runs.ts';
import { createFakeTerminal } from '../terminal/fake-terminal.ts';

const thresholds = [parseThreshold('p95(e2e)<13s')];
const a = createRun('2026-11-22T08-12-04-000Z-1', { thresholds });
const slow = createRun('2026-11-23T08-12-04-000Z-1', {
  thresholds,
  endedMs: (index) => steadyMs(index) * 1.4,
  setup: { ...setup, toolVersion: '<b>2</b>' },
});
const other = createRun('other', { mix: 'low=1,high=1,damaged=1', rate: 10, rampMs: 2000 });
const few = createRun('few', { count: 2 });

const runs: readonly StoredRun[] = [a, slow, other, few, createRun('none', { count: 0 })];
const pending = createRun('pending', { rate: 10, firstStatusMs: (index) => 200 + 40 * index });
const pairs = [
  ...runs.map((b) => ({ a, b, comparison: compareRuns(a, b) })),
  { a: pending, b: pending, comparison: compareRuns(pending, pending) },
];

it('is one valid document for every verdict', () => {
  expect(pairs.map(({ comparison }) => comparison.verdict)).toEqual([
    'no-clear-difference',
    'worse',
    'not-comparable',
    'not-comparable',
    'not-comparable',
    'not-comparable',
  ]);
  for (const { comparison, ...compared } of pairs) {
    const page = renderComparisonPage(comparison, compared);
    const errors: string[] = [];
    parse(page, { onParseError: ({ code }) => errors.push(code) });
    expect(errors).toEqual([]);
    expect(page).not.toMatch(/NaN|Infinity|undefined|https?:|<script|<b>/);
  }
});

it('has the verdict, its reasons and the values of both runs', () => {
  const page = renderComparisonPage(compareRuns(a, slow), { a, b: slow });
  expect(page).toContain('✗ B is worse than A');
  expect(page).toContain('<li>p95(e2e)&lt;13s: no longer holds</li>');
  expect(page).toContain('<li>ended after, median: 15s instead of 11s (+40%)</li>');
  expect(page).toContain('<th scope="row">p95(e2e)&lt;13s</th><td>✓ 12s</td><td>✗ 17s</td>');
  expect(page).toContain('<td class="bad">✗ worse</td>');
  expect(page).toContain('Active time by share of the orders (seconds)');
});

it('has the signs of saturation and the advice, as the text has', () => {
  const comparison = compareRuns(pending, pending);
  const page = renderComparisonPage(comparison, { a: pending, b: pending });
  const text = formatComparison(comparison, createFakeTerminal(200));
  for (const reason of [
    'in B, the backlog grew: first status after 1.5s at the start, 6.8s at the end',
    'the machine or the account was saturated: compare at a lower rate',
  ]) {
    expect(page).toContain(`<li>${reason}</li>`);
    expect(text).toContain(`\n  ${reason}\n`);
  }
});

it('has text lines that fit the terminal', () => {
  const stream = createFakeTerminal(60);
  for (const { comparison } of pairs) {
    const lines = formatComparison(comparison, stream).split('\n');
    expect(lines.filter((line) => line.length > 60)).toEqual([]);
  }
  const text = formatComparison(compareRuns(a, other), stream);
  expect(text).toContain('! The runs are not comparable\n  mix: low 200 in A, high 67, low 67,');
  expect(text).toContain('rate: no schedule in A, 10/s in B');
});

it('matches the schema of its JSON document', () => {
  for (const { comparison } of pairs) {
    const document: unknown = JSON.parse(JSON.stringify(comparison));
    expect(v.is(loadTestCompareSchema, document)).toBe(true);
  }
});

import { parse } from 'parse5';
import { expect, it } from 'vitest';
import { loadPage } from '../../../src/cli/report-page/page.ts';
import { reportOn } from '../../../src/orders/load-test/report.ts';
import { parseThreshold } from '../../../src/orders/load-test/thresholds.ts';
import { goodOrders, submittedAt, usage } from '../../orders/load-test/observed-orders.ts';

const options = {
  seed: 1,
  round: 1,
  via: 'invoke' as const,
  tool: usage,
  concurrency: 24,
  began: submittedAt,
  now: submittedAt + 60_000,
  cut: undefined,
  waits: { 'await-warehouse': 700, 'await-pickup': 100 },
  thresholds: [parseThreshold('p95(e2e)<1ms')],
};
const report = reportOn(goodOrders('low,damaged', 24), options);
const page = loadPage(report, 'a <b>"place"</b>');

/** What a browser would have to make good, by the rules of the HTML standard. */
function errorsOf(html: string): string[] {
  const errors: string[] = [];
  parse(html, { onParseError: ({ code, startLine }) => errors.push(`${startLine}: ${code}`) });
  return errors;
}

/** Its charts with their names, what they tell a reader who cannot see them, and how many rows of figures there are. */
const charts = page
  .split('<figure>')
  .slice(1)
  .map((figure) => {
    const [, name, about] =
      /<svg class="chart" [^>]*role="img" aria-labelledby="(\S+) (\S+)"/.exec(figure) ?? [];
    const text = (tag: string, id: string | undefined) =>
      new RegExp(`<${tag} id="${id}">([^<]+)</${tag}>`).exec(figure)?.[1];
    return {
      title: /<figcaption>([^<]+)</.exec(figure)?.[1],
      named: text('title', name) === /<figcaption>([^<]+)</.exec(figure)?.[1],
      described: text('desc', about),
      figures: figure.split('<details>')[1]?.split('<tr>').length ?? 0,
    };
  });

it('is one sound document that asks nothing of anybody', () => {
  expect(errorsOf(page)).toEqual([]);
  expect(page).not.toMatch(/https?:|src=|url\(|@import|<script/);
  expect(page).toContain('a &lt;b&gt;&quot;place&quot;&lt;/b&gt;');
  expect(page).toContain('prefers-color-scheme: dark');
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

it('says what was found, in charts that have a name and their figures beside them', () => {
  expect(charts.map(({ title }) => title)).toEqual([
    'Orders by the time from submission to end',
    'Orders by status over time',
    'Throughput: orders a second',
    'Time to reach each status from the one before, without waits: median, and p95 or maximum',
  ]);
  for (const { named, described, figures } of charts) {
    expect(named).toBe(true);
    expect(described).toMatch(/\w.*\.$/);
    expect(figures).toBeGreaterThan(2);
  }
  expect(page).toContain('Failed');
  expect(page).toContain('<code>p95(e2e)&lt;1ms</code></dt><dd>is ');
  expect(page).toContain('<th scope="row">failed: damaged</th><td>12</td>');
  for (const { orderId } of report.orders) expect(page).toContain(orderId);
});

it('keeps customers out of it', () => {
  expect(page).not.toContain('example.com');
  expect(page).not.toContain('CUST-');
});

it('says why it is partial', () => {
  for (const [cut, why] of [
    ['stopped', 'stopped before all orders were submitted'],
    ['killed', 'partial: it was killed'],
  ] as const) {
    expect(loadPage({ ...report, cut }, 'local')).toContain(why);
  }
});

it('draws a test in which nothing happened', () => {
  const none = reportOn([], options);
  const empty = loadPage(none, 'local');
  expect(errorsOf(empty)).toEqual([]);
  expect(empty).not.toMatch(/NaN|Infinity|undefined/);
  expect(page).not.toMatch(/NaN|Infinity|undefined/);
});

it('shows each order, with its times, where there are too few for percentiles', () => {
  const of = (count: number) => loadPage(reportOn(goodOrders('low', count), options), 'here');
  expect(of(19)).toContain('<details open><summary>19 orders</summary>');
  expect(of(20)).toContain('<details><summary>20 orders</summary>');
  expect(of(2)).toMatch(/>order-\w+<\/th><td>low<\/td><td>completed<\/td><td>20 ms<\/td>/);
});

import { parse } from 'parse5';
import { expect, it } from 'vitest';
import { renderLoadTestPage } from '../../../src/cli/report-page/page.ts';
import { buildReport } from '../../../src/orders/load-test/report.ts';
import { parseThreshold } from '../../../src/orders/load-test/thresholds.ts';
import { correctOrders, submittedAt, usage } from '../../orders/load-test/observed-orders.ts';

const options = {
  seed: 1,
  round: 1,
  via: 'invoke' as const,
  tool: usage,
  concurrency: 24,
  startedAtMs: submittedAt,
  now: submittedAt + 60_000,
  truncation: undefined,
  waits: { 'await-warehouse': 700, 'await-pickup': 100 },
  thresholds: [parseThreshold('max(wait)<1h'), parseThreshold('p95(e2e)<1ms')],
  setup: {
    command: "orders load-test --count 24 --threshold 'p95(e2e)<1ms'",
    toolVersion: '1.2.3',
    environment: 'dev',
    region: 'eu-west-1',
    stack: 'orders-dev',
    timeScale: 60,
    waits: { 'await-warehouse': 5000 },
  },
};
const report = buildReport(correctOrders('low,damaged', 24), options);
const page = renderLoadTestPage(report, 'a <b>"place"</b>');

/** Returns the errors of the HTML parser. */
function findParseErrors(html: string): string[] {
  const errors: string[] = [];
  parse(html, { onParseError: ({ code, startLine }) => errors.push(`${startLine}: ${code}`) });
  return errors;
}

/** Returns the charts of the page: title, description for screen readers and number of table rows. */
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

it('is one valid document without external resources', () => {
  expect(findParseErrors(page)).toEqual([]);
  expect(page).not.toMatch(/https?:|src=|url\(|@import|<script/);
  expect(page).toContain('a &lt;b&gt;&quot;place&quot;&lt;/b&gt;');
  expect(page).toContain('prefers-color-scheme: dark');
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

it('shows the results in charts with a title and a table', () => {
  expect(charts.map(({ title }) => title)).toEqual([
    'Orders by time from submission to end',
    'Orders by status over time',
    'Throughput: orders per second',
    'Time between statuses, without waits: median and p95 or maximum',
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

it('begins with the failure: a threshold before the checks, or a check before the thresholds', () => {
  const titles = (html: string) => [...html.matchAll(/<h2>([^<]+)</g)].map(([, text]) => text);
  expect(page).toContain('✗ Failed</strong> 1 threshold failed</p>');
  expect(titles(page).slice(0, 3)).toEqual(['Thresholds', 'Checks', 'Set-up']);
  expect(page.indexOf('p95(e2e)')).toBeLessThan(page.indexOf('max(wait)'));
  const checks = report.checks.map((check, index) =>
    index === 2 ? { ...check, passed: false, faults: [{ message: 'is lost' }] } : check,
  );
  const lost = renderLoadTestPage({ ...report, checks, thresholds: [] }, 'here');
  expect(lost).toContain('✗ Failed</strong> 1 check failed</p>');
  expect(lost).toMatch(/<h2>Checks<\/h2><dl class="checks"><dt>[^/]*failed<\/span> none lost/);
});

it('contains the command, the mix, the versions and the environment', () => {
  expect(page).toContain('<code><span>orders</span> <span>load-test</span> <span>--count</span>');
  expect(page).toContain("<span>'p95(e2e)&lt;1ms'</span></code>");
  for (const [name, value] of [
    ['environment', 'dev (time ×60), eu-west-1, stack orders-dev'],
    ['function version', '1'],
    ['version of orders', '1.2.3'],
    ['mix', 'low 12, damaged 12'],
  ]) {
    expect(page).toContain(`<dt>${name}</dt><dd>${value}</dd>`);
  }
});

it('contains the most orders that were submitted in one second', () => {
  expect(page).toContain('<dt>most submitted in one second</dt><dd>24</dd>');
  expect(page).toContain('>24 submitted in one second</text>');
});

it('has names for all columns and for all regions that scroll', () => {
  expect(page).not.toMatch(/<th[^>]*><\/th>/);
  expect(page.match(/class="scroll"/g)).toHaveLength(
    [...page.matchAll(/class="scroll" role="region" tabindex="0" aria-label="[^"]+"/g)].length,
  );
});

it('contains no customer data', () => {
  expect(page).not.toContain('example.com');
  expect(page).not.toContain('CUST-');
});

it('shows why it is partial', () => {
  for (const [cut, why] of [
    ['stopped', 'stopped before all orders were submitted'],
    ['killed', 'Incomplete, without a failure so far</strong> partial: the test was killed'],
  ] as const) {
    expect(renderLoadTestPage({ ...report, passed: true, thresholds: [], cut }, 'local')).toContain(
      why,
    );
  }
});

it('renders a test without any order', () => {
  const none = buildReport([], options);
  const empty = renderLoadTestPage(none, 'local');
  expect(findParseErrors(empty)).toEqual([]);
  expect(empty).not.toMatch(/NaN|Infinity|undefined/);
  expect(page).not.toMatch(/NaN|Infinity|undefined/);
});

it('lists the single orders if there are too few for percentiles', () => {
  const of = (count: number) =>
    renderLoadTestPage(buildReport(correctOrders('low', count), options), 'here');
  expect(of(19)).toContain('<details open><summary>19 orders</summary>');
  expect(of(20)).toContain('<details><summary>20 orders</summary>');
  expect(of(2)).toMatch(/>order-\w+<\/th><td>low<\/td><td>completed<\/td><td>20 ms<\/td>/);
});

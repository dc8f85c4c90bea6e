import { expect, it } from 'vitest';
import { loadPage } from '../../src/cli/load-page.ts';
import { reportOn } from '../../src/orders/load-test/report.ts';
import { parseThreshold } from '../../src/orders/load-test/thresholds.ts';
import { goodOrders, submittedAt } from '../orders/load-test/observed.ts';

const report = reportOn(goodOrders('low,damaged', 24), {
  seed: 1,
  round: 1,
  via: 'invoke',
  concurrency: 24,
  began: submittedAt,
  now: submittedAt + 60_000,
  cut: undefined,
  waits: { 'await-warehouse': 700, 'await-pickup': 100 },
  thresholds: [parseThreshold('p95(e2e)<1ms')],
});
const page = loadPage(report, 'a <b>"place"</b>');

/** Every tag is closed by one of its own kind, and attributes are quoted. */
function unbalanced(html: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  const alone = new Set(['meta', '!doctype']);
  for (const [tag, close = '', name = '', attributes = ''] of html.matchAll(
    /<(\/?)([a-z!][a-z0-9]*)((?:\s+[\w-]+(?:="[^"<]*")?)*)\s*>/gi,
  )) {
    if (alone.has(name.toLowerCase())) continue;
    if (close) {
      if (open.pop() !== name) wrong.push(tag);
    } else open.push(name);
    if (/=(?!")/.test(attributes)) wrong.push(tag);
  }
  return [...wrong, ...open];
}

it('is one sound document that asks nothing of anybody', () => {
  expect(unbalanced(page)).toEqual([]);
  expect(page).not.toMatch(/https?:|src=|url\(|@import|<script/);
  expect(page).toContain('a &lt;b&gt;&quot;place&quot;&lt;/b&gt;');
  expect(page).toContain('prefers-color-scheme: dark');
});

it('says what was found, in charts that have a name and their figures beside them', () => {
  const charts = [...page.matchAll(/<svg [^>]*aria-label="([^"]+)"/g)].map(([, name]) => name);
  expect(charts).toEqual([
    'Orders by the time from submission to end',
    'Orders submitted, ended and on their way',
    'Throughput',
    'Median time to reach each status from the one before',
  ]);
  expect(page.match(/<summary>Figures<\/summary>/g)).toHaveLength(charts.length);
  expect(page).toContain('Failed');
  expect(page).toContain('<td>p95(e2e)&lt;1ms</td>');
  expect(page).toContain('<td>failed: damaged</td>');
  for (const { orderId } of report.orders) expect(page).toContain(orderId);
});

it('keeps customers out of it', () => {
  expect(page).not.toContain('example.com');
  expect(page).not.toContain('CUST-');
});

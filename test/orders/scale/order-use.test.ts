import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { samples } from '../../../functions/contract/samples.ts';
import { formatInteger } from '../../../src/cli/load-test/fact-lines.ts';
import { measureLocally } from '../../../src/cli/orders/measure-locally.ts';
import type { OrderUsage } from '../../../src/orders/cost/measure.ts';
import { type OrderUse, orderUse } from '../../../src/orders/scale/order-use.ts';
import { readRateSettings } from '../../../src/orders/scale/rate-settings.ts';
import { planScale } from '../../../src/orders/scale/scale-plan.ts';
import { readPage, readTable } from '../../support/markdown.ts';

/** Whether the record and the page are written instead of compared. */
const isRecording = Boolean(process.env['RECORD']);
/** Orders that are measured for a record. The fastest one was disturbed least by other processes. */
const recordedOrders = 10;
/** Sizes differ between runs, because ids and numbers in them have different lengths. */
const sizeTolerance = 2_000;
const page = 'docs/scale.md';

let use: OrderUse = orderUse;

/** Returns the counts of a measurement, which are the same in each run. */
function countsOf(usage: OrderUsage) {
  const { operations, checkpoints, invocations, tables, writeRequests, logEvents, intake } = usage;
  const writes = Object.entries(tables).map(([name, table]) => {
    const { reads: _reads, readUnits: _readUnits, ...written } = table;
    return [name, written];
  });
  const counts = { operations, checkpoints, invocations, writeRequests, logEvents };
  return { ...counts, tables: Object.fromEntries(writes), intake: intake.invocations };
}

const countReads = ({ tables }: OrderUsage) =>
  Object.values(tables).reduce((sum, { reads }) => sum + reads, 0);

async function measure(count: number): Promise<OrderUsage> {
  const order = samples[orderUse.sample];
  if (!order) throw new Error(`there is no sample ${orderUse.sample}`);
  const { signal } = new AbortController();
  const orders = Array.from({ length: count }, () => order);
  const measured = await measureLocally(process.cwd(), { orders, signal });
  return measured.reduce((best, next) => (next.durationMs < best.durationMs ? next : best));
}

it('records what one order really uses', { timeout: 120_000 }, async () => {
  const usage = await measure(isRecording ? recordedOrders : 1);
  if (isRecording) {
    use = { ...orderUse, measuredOn: new Date().toISOString().slice(0, 10), usage };
    writeFileSync('src/orders/scale/order-use.json', `${JSON.stringify(use, null, 2)}\n`);
  }
  const renew = 'RECORD=1 npx vitest run test/orders/scale/order-use.test.ts';
  expect(countsOf(usage), `to renew the record: ${renew}`).toEqual(countsOf(use.usage));
  // An order that takes its units from the first shard of the stock needs one read less.
  expect(Math.abs(countReads(usage) - countReads(use.usage))).toBeLessThanOrEqual(1);
  for (const size of ['logBytes', 'checkpointBytes'] as const) {
    expect(Math.abs(usage[size] - use.usage[size]), size).toBeLessThan(sizeTolerance);
  }
});

const plan = (rate: number, via: 'invoke' | 'api') =>
  planScale(use, { rate, region: 'us-east-2', via, settings: readRateSettings() });

function listRates(): string[][] {
  return plan(1, 'invoke').overview.map((summary) => {
    const { requirements, logEvents } = plan(summary.rate, 'invoke');
    const { needed: index = 0 } = requirements.find(({ id }) => id === 'index-writes') ?? {};
    const { rate, concurrency, checkpoints, tableWrites } = summary;
    const { listingShards, stockShards, exceeded, dollarsPerDay } = summary;
    const loads = [rate, concurrency, checkpoints, tableWrites, index, logEvents];
    const shards = [listingShards, stockShards];
    return [...loads, ...shards, exceeded.length, dollarsPerDay].map(formatInteger);
  });
}

function listLimits(): string[][] {
  return plan(1, 'api').requirements.map(({ what, limit, adjustable, maxRate }) => [
    what,
    String(Math.round((limit / maxRate) * 100) / 100),
    formatInteger(limit),
    adjustable,
    formatInteger(Math.floor(maxRate)),
  ]);
}

it.each([
  ['Rates', listRates],
  ['Limits', listLimits],
])('has the calculated table "%s" on its page', (heading, list) => {
  const rows = list();
  if (isRecording) replaceTable(heading, rows);
  expect(readTable(readPage(page), heading)).toEqual(rows);
});

/** Replaces the rows of the first table under a heading of the page. */
function replaceTable(heading: string, rows: readonly (readonly string[])[]): void {
  const { text } = readPage(page);
  const start = text.indexOf('\n| ', text.indexOf(`## ${heading}\n`)) + 1;
  const end = text.indexOf('\n\n', start);
  const [header = ''] = text.slice(start, end).split('\n');
  const titles = header
    .split('|')
    .slice(1, -1)
    .map((title) => title.trim());
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const toLine = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const table = [toLine(titles), rule, ...rows.map(toLine)].join('\n');
  writeFileSync(page, text.slice(0, start) + table + text.slice(end));
}

import { expect, it } from 'vitest';
import { nextCommand } from '../../../src/cli/list/list.ts';
import { countOrders, formatOrders, type ListView } from '../../../src/cli/list/order-rows.ts';
import { formatAge, formatDuration, parseMoment } from '../../../src/cli/terminal/format-time.ts';
import { formatTable } from '../../../src/cli/terminal/table.ts';
import type { OrderRow } from '../../../src/orders/lookup/list.ts';
import { terminal } from '../terminal/fake-terminal.ts';

const now = Date.parse('2026-11-22T08:20:00.000Z');
const row = (more: Partial<OrderRow>): OrderRow => ({
  orderId: 'order-7f3a91bcde',
  status: 'awaiting-warehouse',
  customerId: 'CUST-001',
  total: 91.98,
  createdAt: '2026-11-22T08:12:04.000Z',
  updatedAt: '2026-11-22T08:15:00.000Z',
  ...more,
});
const rows = [
  row({ stage: 'await-warehouse', resumesAt: '2026-11-22T08:21:24.000Z' }),
  row({
    orderId: 'web-5512',
    status: 'failed',
    customerId: 'A customer whose name is much longer than most',
    total: 12_500,
    failure: {
      stage: 'credit-check',
      code: 'credit-refused',
      message: 'The credit score is insufficient',
    },
  }),
];

function shown(columns: number, more: Partial<ListView> = {}): string[] {
  const view = { format: 'table', header: true, stream: terminal(columns), now, ...more } as const;
  return formatOrders(rows, view).trimEnd().split('\n');
}

it('shows ages and what comes next where there is room', () => {
  expect(shown(150)).toEqual([
    'ORDER             STATUS                 TOTAL  CUSTOMER                                        AGE  UPDATED',
    'order-7f3a91bcde  awaiting-warehouse     91.98  CUST-001                                         7m       5m  resumes in 1m 24s',
    'web-5512          failed              12500.00  A customer whose name is much longer than most   7m       5m  The credit score is insufficient',
  ]);
});

it.each([
  [80, 'ORDER STATUS TOTAL CUSTOMER AGE'],
  [60, 'ORDER STATUS TOTAL AGE'],
  [40, 'ORDER STATUS'],
])('fits %i columns, leaving out what matters least', (columns, titles) => {
  const lines = shown(columns);
  expect(lines[0]?.split(/\s+/).join(' ')).toBe(titles);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
});

it('counts the columns of wide letters, and cuts by them', () => {
  const stream = terminal(12);
  const table = formatTable(
    [{ name: '日本語日本語日本語' }, { name: 'plain' }],
    [
      { title: 'NAME', text: ({ name }) => name, least: 4 },
      { title: 'N', text: () => '1' },
    ],
    { header: false, width: 12, stream },
  );
  expect(table).toBe('日本語日…  1\nplain      1\n');
});

it('keeps what came from outside on its line and from steering the terminal', () => {
  const customerId = 'evil\u001b[2J\nname\u202e';
  const view = { format: 'table', header: false, stream: terminal(200), now } as const;
  expect(formatOrders([row({ customerId })], view)).toMatch(/ 91\.98 {2}evil name {3}7m/);
});

it('counts what it lists and says since when', () => {
  expect(countOrders(['validated', 'failed', 'awaiting-pickup'], '2026-01-18T08:00:00Z')).toMatch(
    /^3 orders · 2 running · 1 failed · since Jan 18/,
  );
});

it('repeats the command with the cursor of the next page, as a shell reads it', () => {
  const argv = ['--customer', "O'Neill & Sons", '--cursor', 'old', '--limit=5', '--cursor=older'];
  expect(nextCommand(argv, 'new')).toBe(
    String.raw`orders list --customer 'O'\''Neill & Sons' --limit=5 --cursor new`,
  );
});

it('reads a moment as a time or as how long ago', () => {
  expect(parseMoment('90m', now)).toBe('2026-11-22T06:50:00.000Z');
  expect(parseMoment('7d', now)).toBe('2026-11-15T08:20:00.000Z');
  expect(parseMoment('2026-11-22T09:00:00+01:00')).toBe('2026-11-22T08:00:00.000Z');
  expect(parseMoment('2026-11-22')).toBe('2026-11-22T00:00:00.000Z');
  for (const text of ['', 'now', '5', '2026-13-01', '22.11.2026', '999999999999d']) {
    expect(() => parseMoment(text)).toThrow('neither a duration nor a time');
  }
});

it('says how old something is in few letters, and long spans in days', () => {
  const ages = [-5, 400, 59_999, 3_599_000, 86_399_000, 41 * 86_400_000].map(formatAge);
  expect(ages).toEqual(['0s', '0s', '59s', '59m', '23h', '41d']);
  expect(formatDuration(76 * 3_600_000)).toBe('3d 04h');
});

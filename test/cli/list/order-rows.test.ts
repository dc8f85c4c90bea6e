import { expect, it } from 'vitest';
import {
  formatOrderCounts,
  formatOrders,
  type ListView,
} from '../../../src/cli/list/order-rows.ts';
import { formatNextCommand } from '../../../src/cli/list/print-orders.ts';
import { formatAge, formatDuration, parseTime } from '../../../src/cli/terminal/format-time.ts';
import { formatTable } from '../../../src/cli/terminal/table.ts';
import type { OrderRow } from '../../../src/orders/lookup/list.ts';
import { createFakeTerminal } from '../terminal/fake-terminal.ts';

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
  const view = {
    format: 'table',
    header: true,
    stream: createFakeTerminal(columns),
    now,
    ...more,
  } as const;
  return formatOrders(rows, view).trimEnd().split('\n');
}

it('shows ages and the next event on a wide terminal', () => {
  expect(shown(150)).toEqual([
    'ORDER             STATUS                   TOTAL  CUSTOMER                                        AGE  UPDATED',
    'order-7f3a91bcde  awaiting-warehouse      $91.98  CUST-001                                         7m       5m  resumes in 1m 24s',
    'web-5512          failed              $12,500.00  A customer whose name is much longer than most   7m       5m  The credit score is insufficient',
  ]);
});

it.each([
  [80, 'ORDER STATUS TOTAL CUSTOMER AGE'],
  [60, 'ORDER STATUS TOTAL AGE'],
  [40, 'ORDER STATUS'],
])('fits %i columns by dropping the least important ones', (columns, titles) => {
  const lines = shown(columns);
  expect(lines[0]?.split(/\s+/).join(' ')).toBe(titles);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
});

it('shortens a long reason before the order and the customer', () => {
  const message = 'The provider of process-payment refuses this order for a reason of many words';
  const failure = { stage: 'process-payment', code: 'declined', message } as const;
  const orderId = 'web-2026-11-29-order-000000012';
  const long = row({ orderId, status: 'failed', customerId: 'CUST-001-000000123', failure });
  const view = { format: 'table', header: false, stream: createFakeTerminal(100), now } as const;
  const text = formatOrders([long], view);
  expect(text).toMatch(
    /^web-2026-11-29-order-000000012 {2}failed {2}\$91\.98 {2}CUST-001-000000123 /,
  );
  expect(text).toMatch(/ The prov.*…\n$/);
  expect(text.length).toBeLessThanOrEqual(101);
});

it('keeps the columns of a redrawn table when rows come and go', () => {
  const widths = new Map<string, number>();
  const frame = (...shownRows: OrderRow[]) => {
    const stream = createFakeTerminal(80);
    const view = { format: 'table', header: true, stream, now, widths } as const;
    return formatOrders(shownRows, view).split('\n')[0];
  };
  const first = frame(row({ status: 'completed' }));
  expect(first).toMatch(/^ORDER +STATUS +TOTAL +CUSTOMER +AGE$/);
  const widest = frame(...rows);
  expect(widest?.split(/ +/)).toEqual(first?.split(/ +/));
  expect(frame(row({ status: 'failed' }))).toBe(widest);
  expect(frame()).toBe(widest);
});

it('shows the named columns in their order, with a dash for an empty field in a pipe', () => {
  const stream = Object.assign(createFakeTerminal(80), { isTTY: false });
  const names = ['total', 'order', 'email', 'reason'] as const;
  const named = [row({ customerEmail: 'a@example.com' }), ...rows.slice(1)];
  const view = { format: 'table', header: true, names, stream, now } as const;
  expect(formatOrders(named, view)).toBe(
    [
      '   TOTAL  ORDER             EMAIL          REASON',
      '   91.98  order-7f3a91bcde  a@example.com  -',
      '12500.00  web-5512          -              The credit score is insufficient',
      '',
    ].join('\n'),
  );
});

it('measures and shortens text with wide letters by terminal columns', () => {
  const stream = createFakeTerminal(12);
  const table = formatTable(
    [{ name: '日本語日本語日本語' }, { name: 'plain' }],
    [
      { title: 'NAME', text: ({ name }) => name, minWidth: 4 },
      { title: 'N', text: () => '1' },
    ],
    { header: false, width: 12, stream },
  );
  expect(table).toBe('日本語日…  1\nplain      1\n');
});

it('keeps text from outside on one line and removes control characters', () => {
  const customerId = 'evil\u001b[2J\nname\u202e';
  const view = { format: 'table', header: false, stream: createFakeTerminal(200), now } as const;
  expect(formatOrders([row({ customerId })], view)).toMatch(/ \$91\.98 {2}evil name {3}7m/);
});

it('counts the listed orders and shows the start of the period', () => {
  expect(
    formatOrderCounts(['validated', 'failed', 'awaiting-pickup'], '2026-01-18T08:00:00Z'),
  ).toMatch(/^3 orders · 2 running · 1 failed · since Jan 18/);
});

it('returns the shell command for the next page', () => {
  const argv = ['--customer', "O'Neill & Sons", '--cursor', 'old', '--limit=5', '--cursor=older'];
  expect(formatNextCommand(argv, 'new')).toBe(
    String.raw`orders list --customer 'O'\''Neill & Sons' --limit=5 --cursor new`,
  );
});

it('parses a time, or a duration before now', () => {
  expect(parseTime('90m', now)).toBe('2026-11-22T06:50:00.000Z');
  expect(parseTime('7d', now)).toBe('2026-11-15T08:20:00.000Z');
  expect(parseTime('2026-11-22T09:00:00+01:00')).toBe('2026-11-22T08:00:00.000Z');
  expect(parseTime('2026-11-22')).toBe('2026-11-22T00:00:00.000Z');
  for (const text of ['', 'now', '5', '2026-13-01', '22.11.2026', '999999999999d']) {
    expect(() => parseTime(text)).toThrow('neither a duration nor a time');
  }
});

it('formats ages in one unit, and long durations in days', () => {
  const ages = [-5, 400, 59_999, 3_599_000, 86_399_000, 41 * 86_400_000].map(formatAge);
  expect(ages).toEqual(['0s', '0s', '59s', '59m', '23h', '41d']);
  expect(formatDuration(76 * 3_600_000)).toBe('3d 04h');
});

it('prints no control sequences in any format', () => {
  const stream = createFakeTerminal(200);
  const customerId = 'C\u001b[31mRED\u001b[0m\u202e\u0007';
  for (const format of ['table', 'wide', 'csv'] as const) {
    const text = formatOrders([row({ customerId })], { format, header: false, stream, now });
    for (const control of ['\u0007', '\u202e', '\u001b[31mRED'])
      expect(text).not.toContain(control);
    expect(text).toContain('CRED');
  }
});

it.each([
  ['=1+1', "'=1+1"],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ['+49 170', "'+49 170"],
  ['-2+3', "'-2+3"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "' =1"],
  ['\r=1', "' =1"],
  ['\uff1d1', "'\uff1d1"],
  ['a;=1', '"a;=1"'],
  ['-12.50', '-12.50'],
  ['CUST-001', 'CUST-001'],
])('writes %j to CSV so that no spreadsheet executes it', (customerId, cell) => {
  const view = { format: 'csv', header: false, stream: createFakeTerminal(80), now } as const;
  const text = formatOrders([row({ customerId })], view);
  expect(text).toContain(`,91.98,${cell},2026-`);
});

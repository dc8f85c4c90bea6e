import { renderToString } from 'ink';
import { expect, it } from 'vitest';
import { LiveTable } from '../../src/cli/watch/live-table.ts';
import { tableFrame } from '../../src/views/live-table.tsx';
import type { Key } from '../../src/views/screen.tsx';
import { terminal } from '../cli/terminal/fake-terminal.ts';
import { orderRecord } from '../orders/record.ts';

const now = Date.parse('2026-11-22T08:12:10.000Z');
const sizes = [
  { columns: 80, rows: 24 },
  { columns: 40, rows: 10 },
  { columns: 200, rows: 60 },
];
const format = {
  target: 'local (time ×60)',
  timeScale: 60,
  format: (ms: number) => `${Math.round(ms / 1000)}s`,
  clock: (at: number) => new Date(at).toISOString().slice(11, 19),
};

/** A table of 500 orders, each tenth of which failed, and what is on its screen. */
function aTable({ hasKeys = true, size = { columns: 80, rows: 24 } } = {}) {
  const ids = Array.from({ length: 500 }, (_, n) => `order-${String(n).padStart(10, '0')}`);
  const stream = terminal(size.columns);
  const table = new LiveTable({ ids, stream, label: format.target, timeScale: 60, hasKeys });
  ids.forEach((orderId, n) => {
    const failure = {
      stage: 'check-inventory',
      code: 'out-of-stock',
      message: 'None left',
    } as const;
    const order =
      n % 10 === 7
        ? orderRecord(['validated', 'failed'], { orderId, failure })
        : orderRecord(['validated', 'inventory-checked'], { orderId });
    table.take({ type: 'snapshot', orderId, order });
  });
  table.take({ type: 'seen' }, now - 1000);
  let at = size;
  const lines = () => {
    const frame = tableFrame(table.frame(at, now), format, { ...at, since: now });
    return renderToString(frame, at).split('\n');
  };
  const press = (...keys: string[]) => {
    for (const key of keys) {
      lines();
      table.press(named.has(key) ? (key as Key) : { text: key });
    }
    return lines();
  };
  return { table, lines, press, resize: (next: typeof size) => (at = next) };
}
const named = new Set('up down pageup pagedown home end enter escape'.split(' '));

it.each(sizes)('is never taller or wider than $columns x $rows, whatever a person does', (size) => {
  const { table, press, lines } = aTable({ size });
  const steps = [
    [],
    ['?'],
    ['end'],
    ['enter'],
    ['escape', 'escape'],
    ['/', 'inventory'],
    ['\r', 'home'],
  ];
  table.take({ type: 'gap', ts: '', reason: 'Rate exceeded '.repeat(10) });
  for (const keys of steps) {
    const shown = press(...keys);
    expect(shown.length).toBeLessThan(size.rows);
    for (const line of shown) expect(line.length).toBeLessThanOrEqual(size.columns);
  }
  expect(lines().join('\n')).toContain('order-0000000000');
});

it('uses the rows that there are, and says where in the table one is', () => {
  const text = aTable().lines();
  expect(text).toHaveLength(22);
  expect(text[0]).toBe('450 running · 50 failed · local (time ×60) · refreshed 1s ago');
  expect(text[2]).toMatch(/^✗ {2}order-0000000007 {2}failed .* None left$/);
  expect(text.at(-1)).toMatch(/^1-19 of 500 .* {2}reads \d\.\d\/15 rps$/);
  expect(aTable({ size: { columns: 200, rows: 60 } }).lines()).toHaveLength(58);
});

it('follows an order whose row moves', () => {
  const { table, press, lines } = aTable();
  const [selected] = press('end').filter((line) => line.startsWith('>'));
  expect(selected).toContain('order-0000000499');
  const failure = { stage: 'fraud-check', code: 'fraud-suspected', message: 'Suspicious' } as const;
  const orderId = 'order-0000000499';
  table.take({
    type: 'snapshot',
    orderId,
    order: orderRecord(['validated', 'inventory-checked', 'failed'], { orderId, failure }),
  });
  expect(lines()[2]).toMatch(/^> {2}order-0000000499 {2}failed/);
});

it('shows one order in its workflow, and reads the history of that one', () => {
  const { table, press } = aTable();
  const text = press('/', '0000000042', '\r', 'enter').join('\n');
  expect(text).toContain('order-0000000042');
  expect(text).toMatch(/Validation +✓ ✓ ◔ process-payment/);
  expect(text).toContain('esc back');
  expect(table.focus(now)).toBe('order-0000000042');
  expect(press('escape')[0]).toContain('450 running');
});

it('shows a step that is tried again where the history tells of it', () => {
  const { table, lines, press } = aTable({ size: { columns: 120, rows: 24 } });
  const error = { type: 'ProviderUnavailable', message: 'Payment gateway 503' };
  const retry = { step: 'process-payment', attempt: 3, at: now + 1400, error };
  const facts = {
    invocations: 3,
    replays: 2,
    retries: 2,
    activeMs: 900,
    waitingMs: 0,
    attempts: {},
  };
  table.take({ type: 'work', orderId: 'order-0000000042', work: { ...facts, retry } });
  expect(lines()[2]).toMatch(
    /^↻ {2}order-0000000042 .* process-payment ×3 .* attempt 3 in 2s: Pay/,
  );
  expect(press('enter').join('\n')).toContain('process-payment attempt 3');
});

it('tells below an open order what happened to it, as far as there is room', () => {
  const orderId = 'order-0000000042';
  const happened = (rows: number) => {
    const { table, press } = aTable({ size: { columns: 80, rows } });
    const about = { orderId, elapsedMs: 1 };
    const to = ['validated', 'inventory-checked', 'payment-processed'] as const;
    to.forEach((status, n) => {
      const ts = `2026-11-22T08:12:0${n}.000Z`;
      table.take({ type: 'status', ...about, ts, to: status, seq: n });
    });
    const error = { type: 'ProviderUnavailable', message: '503' };
    const ts = '2026-11-22T08:12:01.500Z';
    const step = 'process-payment';
    table.take({ type: 'step', ts, orderId, step, state: 'failed', attempt: 1, error });
    return press('/', orderId, '\r', 'enter')
      .filter((line) => /:12:0\d\.\d {2}/.test(line))
      .map((line) => line.replace(/^.*:12:0\d\.\d {2}/, ''));
  };
  expect(happened(24)).toEqual([
    'validated',
    'inventory-checked',
    'process-payment attempt 1 failed: 503',
    'payment-processed',
  ]);
  expect(happened(22)).toEqual(['process-payment attempt 1 failed: 503', 'payment-processed']);
  expect(happened(10)).toEqual([]);
});

it('reads the histories of orders that stand still in turn while none is open', () => {
  const { table } = aTable();
  const turns = new Set(Array.from({ length: 450 }, () => table.focus(now)));
  expect(turns.size).toBe(450);
  expect(turns.has('order-0000000007')).toBe(false);
  expect(aTable().table.focus(now - 2000)).toBeUndefined();
});

it('offers no keys where none are read', () => {
  const last = aTable({ hasKeys: false }).lines().at(-1);
  expect(last).toMatch(/^1-19 of 500 {2}ctrl-c stops looking; the orders go on +reads/);
});

it('fits a screen that got smaller at once', () => {
  const { lines, resize } = aTable({ size: { columns: 200, rows: 60 } });
  lines();
  resize({ columns: 40, rows: 10 });
  expect(lines()).toHaveLength(8);
});

import { renderToString } from 'ink';
import { expect, it } from 'vitest';
import { LiveTable } from '../../src/cli/watch/live-table.ts';
import { tableFrame } from '../../src/views/live-table.tsx';
import type { Key } from '../../src/views/screen.tsx';
import { createFakeTerminal } from '../cli/terminal/fake-terminal.ts';
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

/** Creates a table of 500 orders, one tenth of them failed. */
function createTable({ hasKeys = true, size = { columns: 80, rows: 24 } } = {}) {
  const ids = Array.from({ length: 500 }, (_, n) => `order-${String(n).padStart(10, '0')}`);
  const stream = createFakeTerminal(size.columns);
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
    table.apply({ type: 'snapshot', orderId, order });
  });
  table.apply({ type: 'polled' }, now - 1000);
  let at = size;
  const lines = () => {
    const frame = tableFrame(table.frame(at, now), format, { ...at, since: now });
    return renderToString(frame, at).split('\n');
  };
  const press = (...keys: string[]) => {
    for (const key of keys) {
      lines();
      table.handleKey(named.has(key) ? (key as Key) : { text: key });
    }
    return lines();
  };
  return { table, lines, press, resize: (next: typeof size) => (at = next) };
}
const named = new Set('up down pageup pagedown home end enter escape'.split(' '));

it.each(sizes)(
  'is never taller or wider than $columns x $rows, whichever keys are pressed',
  (size) => {
    const { table, press, lines } = createTable({ size });
    const steps = [
      [],
      ['?'],
      ['end'],
      ['enter'],
      ['escape', 'escape'],
      ['/', 'inventory'],
      ['\r', 'home'],
    ];
    table.apply({ type: 'gap', ts: '', reason: 'Rate exceeded '.repeat(10) });
    for (const keys of steps) {
      const shown = press(...keys);
      expect(shown.length).toBeLessThan(size.rows);
      for (const line of shown) expect(line.length).toBeLessThanOrEqual(size.columns);
    }
    expect(lines().join('\n')).toContain('order-0000000000');
  },
);

it('uses all rows and shows the position in the table', () => {
  const text = createTable().lines();
  expect(text).toHaveLength(22);
  expect(text[0]).toBe('450 running · 50 failed · local (time ×60) · refreshed 1s ago');
  expect(text[2]).toMatch(/^✗ order-0000000007 CUST-001 +\$91\.98 failed .* None left$/);
  expect(text.at(-1)).toMatch(/^1-19 of 500 .* {2}reads \d\.\d\/15 rps$/);
  expect(createTable({ size: { columns: 200, rows: 60 } }).lines()).toHaveLength(58);
});

it('keeps an order selected when its row moves', () => {
  const { table, press, lines } = createTable();
  const [selected] = press('end').filter((line) => line.startsWith('>'));
  expect(selected).toContain('order-0000000499');
  const failure = { stage: 'fraud-check', code: 'fraud-suspected', message: 'Suspicious' } as const;
  const orderId = 'order-0000000499';
  table.apply({
    type: 'snapshot',
    orderId,
    order: orderRecord(['validated', 'inventory-checked', 'failed'], { orderId, failure }),
  });
  expect(lines()[2]).toMatch(/^> order-0000000499 .* failed/);
});

it('shows the workflow of an open order and reads its history', () => {
  const { table, press } = createTable();
  const text = press('/', '0000000042', '\r', 'enter').join('\n');
  expect(text).toContain('order-0000000042');
  expect(text).toMatch(/Validation +✓ ✓ ◔ process-payment/);
  expect(text).toContain('esc back');
  expect(table.focusedOrder(now)).toBe('order-0000000042');
  expect(press('escape')[0]).toContain('450 running');
});

it('shows a retried step that the history contains', () => {
  const { table, lines, press } = createTable({ size: { columns: 120, rows: 24 } });
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
  table.apply({ type: 'activity', orderId: 'order-0000000042', activity: { ...facts, retry } });
  expect(lines()[2]).toMatch(
    /^↻ {2}order-0000000042 .* process-payment ×3 .* attempt 3 in 2s: Pay/,
  );
  expect(press('enter').join('\n')).toContain('process-payment attempt 3');
});

it('shows the recent events below an open order, as far as there is room', () => {
  const orderId = 'order-0000000042';
  const recentEvents = (rows: number) => {
    const { table, press } = createTable({ size: { columns: 80, rows } });
    const about = { orderId, elapsedMs: 1 };
    const to = ['validated', 'inventory-checked', 'payment-processed'] as const;
    to.forEach((status, n) => {
      const ts = `2026-11-22T08:12:0${n}.000Z`;
      table.apply({ type: 'status', ...about, ts, to: status, seq: n });
    });
    const error = { type: 'ProviderUnavailable', message: '503' };
    const ts = '2026-11-22T08:12:01.500Z';
    const step = 'process-payment';
    table.apply({ type: 'step', ts, orderId, step, state: 'failed', attempt: 1, error });
    return press('/', orderId, '\r', 'enter')
      .filter((line) => /:12:0\d\.\d {2}/.test(line))
      .map((line) => line.replace(/^.*:12:0\d\.\d {2}/, ''));
  };
  expect(recentEvents(24)).toEqual([
    'validated',
    'inventory-checked',
    'process-payment attempt 1 failed: 503',
    'payment-processed',
  ]);
  expect(recentEvents(22)).toEqual(['process-payment attempt 1 failed: 503', 'payment-processed']);
  expect(recentEvents(10)).toEqual([]);
});

it('reads the histories of idle orders in turn while none is open', () => {
  const { table } = createTable();
  const turns = new Set(Array.from({ length: 450 }, () => table.focusedOrder(now)));
  expect(turns.size).toBe(450);
  expect(turns.has('order-0000000007')).toBe(false);
  expect(createTable().table.focusedOrder(now - 2000)).toBeUndefined();
});

it('shows no keys if none are read', () => {
  const last = createTable({ hasKeys: false }).lines().at(-1);
  expect(last).toMatch(/^1-19 of 500 {2}ctrl-c detach; orders continue +reads/);
});

it('fits a smaller screen immediately', () => {
  const { lines, resize } = createTable({ size: { columns: 200, rows: 60 } });
  lines();
  resize({ columns: 40, rows: 10 });
  expect(lines()).toHaveLength(8);
});

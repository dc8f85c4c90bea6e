import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { addPlan } from '../../../src/cli/console/action-dialog.ts';
import { displayWidth } from '../../../src/cli/terminal/table.ts';
import { buildOrder, buildSnapshot, failedOrder, now, openScreen } from './console-fixtures.ts';

const sizes = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 60 },
  { columns: 40, rows: 10 },
];
const orders = [
  failedOrder('order-7f3a91bcde', { customerId: 'Kunde-漢字' }),
  ...Array.from({ length: 100 }, (_, index) => buildOrder(`order-${index}`)),
];

describe.each(sizes)('on $columns x $rows', (size) => {
  const open = (more: Parameters<typeof buildSnapshot>[1] = {}) =>
    openScreen({ snapshot: buildSnapshot(orders, { deadLetters: 2, ...more }) }, { size });

  it.each([
    ['list', []],
    ['order', ['enter']],
    ['health', ['H']],
    ['help', ['?']],
    ['filter', ['/', 'f']],
    ['command', [':', 's']],
    ['question', ['down', 'p']],
    ['text for an action', ['down', 'c']],
  ] as const)('fills the screen exactly with the %s', (_, keys) => {
    const screen = open();
    screen.press(...keys);
    const lines = screen.lines().map(stripVTControlCharacters);
    expect(lines).toHaveLength(size.rows);
    for (const line of lines) expect(displayWidth(line), line).toBeLessThanOrEqual(size.columns);
    expect(lines[0]).toContain('local (time ×60) · not protected');
    expect(lines[1]).toContain('2 dead letters · 1 failed');
  });

  it('shows the use of quotas, the age of the data, and why reading fails', () => {
    const text = open({ gapReason: 'Rate exceeded' }).text();
    expect(text).toMatch(/^local.*2s ago/);
    expect(text).toMatch(/^! (not visible right now: )?Rate exceeded$/m);
    expect(text).toContain('reads 0.8/15 rps');
  });
});

it('shows customer, total, status and the beginning of the note at 80 columns', () => {
  const rich = buildOrder('order-rich', { status: 'payment-processed', total: 99_999_999 });
  const screen = openScreen({ snapshot: buildSnapshot([...orders, rich]) });
  const row = () => screen.text().split('> ')[1]?.split('\n')[0];
  expect(row()).toMatch(/^✗ order-7f3a91bcde Kunde-漢字 +\$91\.98 failed +The payment was de\S+$/);
  screen.press('G');
  expect(row()).toMatch(/^◔ order-rich +CUST-001 +\$999,999\.99 payment-proces\S+ *$/);
});

it('shows the whole command that ends a gap', () => {
  const command = 'aws sso login --profile operations-in-production';
  const gapReason = `The AWS credentials for dev are missing or expired: ${command}`;
  const screen = openScreen({ snapshot: buildSnapshot(orders, { gapReason }) });
  expect(screen.text().replace(/\s+/g, ' ')).toContain(command);
});

it('does not move the columns when other orders are visible', () => {
  const screen = openScreen({ snapshot: buildSnapshot(orders) });
  const titles = () => screen.lines().find((line) => line.includes('ORDER'));
  const before = titles();
  screen.setData({ snapshot: buildSnapshot([buildOrder('a', { customerId: 'b', total: 1 })]) });
  expect(titles()).toBe(before);
});

it('formats only the visible rows of a long list', () => {
  let reads = 0;
  const counting = Array.from({ length: 5000 }, (_, index) => {
    const order = buildOrder(`order-${index}`);
    return Object.defineProperty({ ...order }, 'total', {
      get: () => {
        reads += 1;
        return 100;
      },
    });
  });
  const screen = openScreen({ snapshot: buildSnapshot(counting) });
  screen.press('G');
  expect(screen.text()).toContain('order-4999');
  expect(reads).toBeGreaterThan(0);
  expect(reads).toBeLessThan(500);
});

it('shows the rates of the last minutes as bars with their sums', () => {
  const screen = openScreen({ snapshot: buildSnapshot(orders) });
  expect(screen.lines()[2]).toBe('last 1m: started ·▂█ 5  completed ··█ 2  unsuccessful ··█ 1');
});

it('shows no control characters of an order', () => {
  const evil = failedOrder('order-\u001b[2Jx', { customerId: '\u001b]0;title\u0007' });
  const text = openScreen({ snapshot: buildSnapshot([evil]) }).text();
  expect(text).not.toContain('\u001b[2J');
  expect(text).not.toContain('\u0007');
});

it('shows the last message for a few seconds, then the position', () => {
  const screen = openScreen(
    { snapshot: buildSnapshot(orders) },
    { size: { columns: 40, rows: 10 } },
  );
  const show = (at: number) =>
    screen.setState((state) => ({ ...state, messages: [{ at, kind: 'done', text: 'cancelled' }] }));
  show(now - 1000);
  expect(screen.text()).toContain('✓ cancelled');
  show(now - 60_000);
  expect(screen.text()).not.toContain('cancelled');
  expect(screen.text()).toContain('1-5 of 101');
});

it('counts the orders in all states on a narrow screen, with the signs of the list', () => {
  const states = [
    buildOrder('a', { attention: 'stuck' }),
    buildOrder('b', { attention: 'review', status: 'awaiting-review' }),
    failedOrder('c'),
    buildOrder('d', { isPaused: true }),
    buildOrder('e'),
    buildOrder('f', { status: 'cancelled' }),
    buildOrder('g', { status: 'completed' }),
  ];
  const size = { columns: 40, rows: 10 };
  const screen = openScreen({ snapshot: buildSnapshot(states, { deadLetters: 2 }) }, { size });
  expect(screen.lines()[1]).toBe('2 dead letters · !1 ?1 ✗1 ‖1 ◔1 ↶1 ✓1');
});

it('shows the question below a long plan, and the orders that the action leaves out, on a low screen', () => {
  const size = { columns: 40, rows: 10 };
  const screen = openScreen({ snapshot: buildSnapshot(orders) }, { size });
  screen.press(' ', ' ', 'm');
  const { prompt } = screen.state();
  const plan = Array.from({ length: 9 }, (_, index) => `correction ${index}`);
  if (prompt && 'pending' in prompt)
    screen.setState((state) => addPlan(state, prompt.pending, plan));
  const lines = screen.lines();
  expect(lines).toHaveLength(size.rows);
  expect(lines.slice(-4)).toEqual([
    'correction 3',
    '… 5 more',
    'Left out: order-7f3a91bcde has failed',
    'Continue? [y/N] _',
  ]);
});

it.each([
  ['the local runtime is not running: orders local start', 'not running · orders local start'],
  ['the stack was deleted; waiting for it: orders deploy', 'waiting for it · orders deploy'],
  ['Rate exceeded', 'Rate exceeded'],
])('shows the reason of a gap with its command, and no other: %s', (gapReason, shown) => {
  const text = openScreen({ snapshot: buildSnapshot(orders, { gapReason }) }).text();
  expect(text.replace(/\s+/g, ' ')).toContain(`${shown} [1 list]`);
});

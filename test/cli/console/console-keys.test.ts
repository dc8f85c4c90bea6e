import { expect, it } from 'vitest';
import { buildOrder, buildSnapshot, failedOrder, openScreen } from './console-fixtures.ts';

const orders = ['a', 'b', 'c', 'd'].map((name) => buildOrder(`order-${name}`));
const open = (more: Parameters<typeof openScreen>[1] = {}) =>
  openScreen({ snapshot: buildSnapshot(orders) }, more);
/** The order in the row of the cursor. */
const selected = (text: string) => /^>.. +(\S+)/m.exec(text)?.[1];

it('moves the cursor with the arrows, as vi does, and to both ends', () => {
  const screen = open();
  const after = (...keys: string[]) => {
    screen.press(...keys);
    return selected(screen.text());
  };
  expect(after()).toBe('order-a');
  expect(after('down', 'j')).toBe('order-c');
  expect(after('up')).toBe('order-b');
  expect(after('k', 'k')).toBe('order-a');
  expect(after('G', 'down')).toBe('order-d');
  expect(after('g')).toBe('order-a');
});

it('keeps the cursor on its order when other orders come before it', () => {
  const screen = open();
  screen.press('down');
  screen.setData({ snapshot: buildSnapshot([failedOrder('order-x'), ...orders]) });
  expect(selected(screen.text())).toBe('order-b');
});

it.each([
  ['enter', 'order'],
  ['h', 'history'],
  ['l', 'logs'],
  ['H', 'health'],
  ['2', 'order'],
  ['6', 'health'],
] as const)('opens a pane with %s and returns with esc', (key, pane) => {
  const screen = open();
  screen.press('down', key);
  expect(screen.state()).toMatchObject({ pane });
  expect(screen.text()).toContain(`${pane} 1`);
  screen.press('escape');
  expect(selected(screen.text())).toBe('order-b');
});

it('walks through all panes with tab, and back with shift-tab', () => {
  const screen = open();
  const panes = ['order', 'history', 'logs', 'data', 'health', 'list'];
  for (const pane of panes) {
    screen.press('tab');
    expect(screen.state().pane).toBe(pane);
  }
  screen.press('shift-tab');
  expect(screen.state().pane).toBe('health');
});

it('opens no pane of an order if there is none', () => {
  const screen = openScreen({ snapshot: buildSnapshot([]) });
  screen.press('enter');
  expect(screen.state().pane).toBe('list');
  expect(screen.text()).toContain('there is no order to show');
  expect(screen.text()).toContain('orders submit --sample low');
});

it('shows the next order of the list in an open pane', () => {
  const screen = open();
  screen.press('h', 'J', 'right');
  expect(screen.state()).toMatchObject({ pane: 'history', cursor: 'order-c' });
  screen.press('K');
  expect(screen.state()).toMatchObject({ pane: 'history', cursor: 'order-b' });
});

it('scrolls the lines of a pane, and keeps the end of the logs visible', () => {
  const screen = open();
  screen.press('h', 'j', 'j');
  expect(screen.lines()).toContain('history 2');
  expect(screen.lines()).not.toContain('history 1');
  screen.press('G');
  const [, last = 0] = /\d+-(\d+) of/.exec(screen.text()) ?? [];
  expect(screen.lines()).toContain(`history ${Number(last) - 1}`);
  screen.press('l');
  expect(screen.state().scroll).toBe('end');
  screen.press('k');
  expect(screen.state().scroll).not.toBe('end');
  screen.press('j');
  expect(screen.state().scroll).toBe('end');
});

it('filters while the user types, and returns to the previous filter with esc', () => {
  const screen = openScreen({ snapshot: buildSnapshot([failedOrder('order-x'), ...orders]) });
  screen.type('/failed');
  expect(screen.text()).toContain('order-x');
  expect(screen.text()).not.toContain('order-a');
  screen.press('enter');
  screen.type('/ x');
  screen.press('escape');
  expect(screen.state().filter).toBe('failed');
  screen.press('escape');
  expect(screen.text()).toContain('order-a');
});

it('shows personal data only as long as the pane shows one order', () => {
  const screen = open();
  screen.press('P');
  expect(screen.text()).toContain('a@example.com');
  screen.press('J');
  expect(screen.text()).toContain('[redacted]');
  screen.press('P', 'escape', 'd');
  expect(screen.text()).toContain('[redacted]');
});

it('marks orders with space, and all orders that match with *', () => {
  const screen = open();
  screen.press(' ', ' ');
  expect([...screen.state().marked]).toEqual(['order-a', 'order-b']);
  expect(screen.text()).toContain('2 marked');
  screen.press('*');
  expect(screen.state().marked.size).toBe(4);
  screen.press('*');
  expect(screen.state().marked.size).toBe(0);
});

it('closes the help with q, and leaves with the next q', () => {
  const screen = open();
  screen.press('?');
  expect(screen.text()).toContain('mark all that match');
  screen.press('q');
  expect(screen.effects).toEqual([]);
  screen.press('q');
  expect(screen.effects).toEqual([{ type: 'quit' }]);
});

import { expect, it } from 'vitest';
import {
  handleKey,
  initialTableState,
  scrollOffset,
  type TableState,
} from '../../../src/cli/watch/table-keys.ts';
import type { Key } from '../../../src/views/screen.tsx';

const ids = Array.from({ length: 20 }, (_, n) => `order-${n}`);
const rows = { ids, pageSize: 5 };

/** Returns the state after the keys. Scrolls after each key, as the screen does. A string that is no key name is typed. */
function after(keys: readonly string[], from: TableState = initialTableState): TableState {
  let state = from;
  for (const key of keys) {
    const next = handleKey(state, named.has(key) ? (key as Key) : { text: key }, rows);
    if (!next) throw new Error('the watch was stopped');
    state = { ...next, top: scrollOffset(next, rows) };
  }
  return state;
}
const named = new Set('up down pageup pagedown home end enter escape backspace'.split(' '));

it('selects nothing at first, and the first row after an arrow key', () => {
  expect(initialTableState.selected).toBeUndefined();
  expect(after(['down']).selected).toBe('order-0');
  expect(after(['up']).selected).toBe('order-0');
});

it('moves by a row, by a page and to both ends, and stops there', () => {
  expect(after(['down', 'down', 'up']).selected).toBe('order-0');
  expect(after(['j', 'j', 'j', 'k']).selected).toBe('order-1');
  expect(after(['pagedown', 'pagedown']).selected).toBe('order-9');
  expect(after(['end']).selected).toBe('order-19');
  expect(after(['end', 'pagedown', 'down']).selected).toBe('order-19');
  expect(after(['G', 'pageup', 'g']).selected).toBe('order-0');
});

it('scrolls only as far as the selected row requires', () => {
  expect(after(['down', 'down']).top).toBe(0);
  expect(after(['end']).top).toBe(15);
  expect(after(['end', 'up', 'up']).top).toBe(15);
  expect(after(['end', 'pageup', 'up']).top).toBe(13);
});

it('keeps the selected order visible when its row moves, and the top without a selection', () => {
  const state = after(['down']);
  const moved = { ids: [...ids.slice(1), 'order-0'], pageSize: 5 };
  expect(scrollOffset(state, moved)).toBe(15);
  expect(scrollOffset(initialTableState, moved)).toBe(0);
  expect(scrollOffset({ ...state, top: 15 }, { ids: ids.slice(0, 3), pageSize: 5 })).toBe(0);
});

it('reads a filter after /, which enter keeps and escape clears', () => {
  const typing = after(['/', 'qj fail', 'x', 'backspace']);
  expect(typing).toMatchObject({ filter: 'qj fail', typing: true });
  expect(after(['enter'], typing)).toMatchObject({ filter: 'qj fail', typing: false });
  expect(after(['enter', 'escape'], typing)).toMatchObject({ filter: '', typing: false });
  expect(after(['escape'], typing)).toMatchObject({ filter: '', typing: false });
});

it('handles keys that arrive together one by one', () => {
  expect(after(['jj\rj'])).toMatchObject({ selected: 'order-2', open: true });
  expect(after(['/low\r'])).toMatchObject({ filter: 'low', typing: false, open: false });
  expect(after(['/lo\u007f\u0007'])).toMatchObject({ filter: 'l', typing: true });
});

it('opens the selected order or the first one, and closes one thing per escape', () => {
  expect(after(['enter'])).toMatchObject({ selected: 'order-0', open: true });
  const open = after(['/order\r', 'down', 'down', 'enter', 'down']);
  expect(open).toMatchObject({ selected: 'order-2', open: true });
  const closed = after(['escape'], open);
  expect(closed).toMatchObject({ selected: 'order-2', open: false, filter: 'order' });
  expect(after(['escape'], closed)).toMatchObject({ selected: 'order-2', filter: '' });
  expect(after(['escape', 'escape'], closed).selected).toBeUndefined();
  expect(handleKey(initialTableState, 'enter', { ids: [], pageSize: 5 })?.open).toBe(false);
});

it('stops the watch with q', () => {
  expect(handleKey(initialTableState, { text: 'q' }, rows)).toBeUndefined();
  expect(after(['?']).help).toBe(true);
  expect(after(['?', 'escape']).help).toBe(false);
});

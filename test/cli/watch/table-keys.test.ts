import { expect, it } from 'vitest';
import { press, type TableState, topOf, untouched } from '../../../src/cli/watch/table-keys.ts';
import type { Key } from '../../../src/views/screen.tsx';

const ids = Array.from({ length: 20 }, (_, n) => `order-${n}`);
const rows = { ids, room: 5 };

/** Presses keys one after the other, with the window as the screen moves it; other strings are typed. */
function after(keys: readonly string[], from: TableState = untouched): TableState {
  let state = from;
  for (const key of keys) {
    const next = press(state, named.has(key) ? (key as Key) : { text: key }, rows);
    if (!next) throw new Error('it was left');
    state = { ...next, top: topOf(next, rows) };
  }
  return state;
}
const named = new Set('up down pageup pagedown home end enter escape backspace'.split(' '));

it('selects nothing until a person does, and the first row then', () => {
  expect(untouched.selected).toBeUndefined();
  expect(after(['down']).selected).toBe('order-0');
  expect(after(['up']).selected).toBe('order-0');
});

it('moves by a row, by a page and all the way, and no further', () => {
  expect(after(['down', 'down', 'up']).selected).toBe('order-0');
  expect(after(['j', 'j', 'j', 'k']).selected).toBe('order-1');
  expect(after(['pagedown', 'pagedown']).selected).toBe('order-9');
  expect(after(['end']).selected).toBe('order-19');
  expect(after(['end', 'pagedown', 'down']).selected).toBe('order-19');
  expect(after(['G', 'pageup', 'g']).selected).toBe('order-0');
});

it('moves the window only as far as the selected row needs', () => {
  expect(after(['down', 'down']).top).toBe(0);
  expect(after(['end']).top).toBe(15);
  expect(after(['end', 'up', 'up']).top).toBe(15);
  expect(after(['end', 'pageup', 'up']).top).toBe(13);
});

it('keeps the selected order in sight wherever its row moves, and without one the top', () => {
  const state = after(['down']);
  const moved = { ids: [...ids.slice(1), 'order-0'], room: 5 };
  expect(topOf(state, moved)).toBe(15);
  expect(topOf(untouched, moved)).toBe(0);
  expect(topOf({ ...state, top: 15 }, { ids: ids.slice(0, 3), room: 5 })).toBe(0);
});

it('takes what is typed after / as a filter, that enter keeps and escape takes back', () => {
  const typing = after(['/', 'qj fail', 'x', 'backspace']);
  expect(typing).toMatchObject({ filter: 'qj fail', typing: true });
  expect(after(['enter'], typing)).toMatchObject({ filter: 'qj fail', typing: false });
  expect(after(['enter', 'escape'], typing)).toMatchObject({ filter: '', typing: false });
  expect(after(['escape'], typing)).toMatchObject({ filter: '', typing: false });
});

it('reads keys that come together one by one', () => {
  expect(after(['jj\rj'])).toMatchObject({ selected: 'order-2', open: true });
  expect(after(['/low\r'])).toMatchObject({ filter: 'low', typing: false, open: false });
  expect(after(['/lo\u007f\u0007'])).toMatchObject({ filter: 'l', typing: true });
});

it('opens the selected order, else the first, and goes back one thing at a time', () => {
  expect(after(['enter'])).toMatchObject({ selected: 'order-0', open: true });
  const open = after(['/order\r', 'down', 'down', 'enter', 'down']);
  expect(open).toMatchObject({ selected: 'order-2', open: true });
  const closed = after(['escape'], open);
  expect(closed).toMatchObject({ selected: 'order-2', open: false, filter: 'order' });
  expect(after(['escape'], closed)).toMatchObject({ selected: 'order-2', filter: '' });
  expect(after(['escape', 'escape'], closed).selected).toBeUndefined();
  expect(press(untouched, 'enter', { ids: [], room: 5 })?.open).toBe(false);
});

it('is left with q, which is a letter of a filter', () => {
  expect(press(untouched, { text: 'q' }, rows)).toBeUndefined();
  expect(after(['?']).help).toBe(true);
  expect(after(['?', 'escape']).help).toBe(false);
});

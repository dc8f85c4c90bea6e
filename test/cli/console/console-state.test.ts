import { expect, it } from 'vitest';
import { initialState, selectedId } from '../../../src/cli/console/console-state.ts';

const ids = ['order-1', 'order-2', 'order-3', 'order-4'];

it('selects the first order until the cursor is moved', () => {
  expect(selectedId(initialState, { ids })).toBe('order-1');
  expect(selectedId(initialState, { ids: [] })).toBeUndefined();
});

it('stays on the same page if the selected order leaves the list', () => {
  const state = { ...initialState, cursor: 'order-5', top: 2 };
  expect(selectedId(state, { ids: [...ids, 'order-5'] })).toBe('order-5');
  expect(selectedId(state, { ids })).toBe('order-3');
  expect(selectedId(state, { ids: ['order-1'] })).toBe('order-1');
});

/** Moves of the cursor in the list, and of the lines in the other panes. Pure. */
import {
  type ConsoleState,
  type ConsoleView,
  openOrder,
  orderPanes,
  selectedId,
} from './console-state.ts';

export type Move = 'up' | 'down' | 'pageup' | 'pagedown' | 'halfup' | 'halfdown' | 'home' | 'end';

/** Moves the cursor of the list, or scrolls the lines of another pane or of the help. */
export function move(state: ConsoleState, to: Move, view: ConsoleView): ConsoleState {
  const { ids, pageSize, maxScroll } = view;
  if (state.pane === 'list' && !state.overlay) {
    const cursor = selectedId(state, view);
    const at = cursor === undefined ? -1 : ids.indexOf(cursor);
    const index = target(at, to, { last: ids.length - 1, pageSize });
    return { ...state, cursor: ids[index] ?? state.cursor };
  }
  const at = state.scroll === 'end' ? maxScroll : Math.min(state.scroll, maxScroll);
  const scroll = target(at, to, { last: maxScroll, pageSize });
  const followsEnd = state.pane === 'logs' && !state.overlay && scroll === maxScroll;
  return { ...state, scroll: followsEnd ? 'end' : scroll };
}

function target(
  at: number,
  to: Move,
  { last, pageSize }: { readonly last: number; readonly pageSize: number },
): number {
  const half = Math.max(1, Math.floor(pageSize / 2));
  const indexes: Record<Move, number> = {
    up: at - 1,
    down: at + 1,
    pageup: at - pageSize,
    pagedown: at + pageSize,
    halfup: at - half,
    halfdown: at + half,
    home: 0,
    end: last,
  };
  return Math.max(0, Math.min(last, indexes[to]));
}

/** Shows the next or previous order of the list in the panes of one order. */
export function stepOrder(state: ConsoleState, by: 1 | -1, view: ConsoleView): ConsoleState {
  if (!orderPanes.has(state.pane)) return move(state, by === 1 ? 'down' : 'up', view);
  const at = view.ids.indexOf(state.cursor ?? '');
  const next = view.ids[at === -1 ? 0 : at + by];
  return next === undefined ? state : openOrder(state, next, view);
}

/** Returns the index of the first visible row. Scrolls as little as possible to keep the cursor visible. */
export function scrollOffset(
  { top }: Pick<ConsoleState, 'top'>,
  {
    at,
    count,
    pageSize,
  }: { readonly at: number; readonly count: number; readonly pageSize: number },
): number {
  const offset = at === -1 ? top : Math.max(at - pageSize + 1, Math.min(top, at));
  return Math.max(0, Math.min(offset, count - pageSize));
}

/** Marks the selected order, or removes its mark, and moves to the next row. */
export function toggleMark(state: ConsoleState, view: ConsoleView): ConsoleState {
  const cursor = selectedId(state, view);
  if (cursor === undefined) return state;
  const marked = new Set(state.marked);
  if (!marked.delete(cursor)) marked.add(cursor);
  return state.pane === 'list' ? move({ ...state, marked }, 'down', view) : { ...state, marked };
}

/** Marks all orders that match the filter, or removes all marks if all of them are marked. */
export function toggleAllMarks(state: ConsoleState, { ids }: ConsoleView): ConsoleState {
  const areAllMarked = ids.every((orderId) => state.marked.has(orderId));
  return { ...state, marked: new Set(areAllMarked ? [] : ids) };
}

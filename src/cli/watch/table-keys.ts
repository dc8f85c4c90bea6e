/** Key handling of the live table: pure functions from one state to the next. */
import type { Key } from '../../views/screen.tsx';

export interface TableState {
  /** Id of the selected order, which stays selected when its row moves. Absent at first, so that the table does not scroll. */
  readonly selected?: string | undefined;
  /** Index of the first visible row. */
  readonly top: number;
  readonly filter: string;
  /** Whether typed characters are added to the filter. */
  readonly typing: boolean;
  /** Whether the selected order is shown instead of the table. */
  readonly open: boolean;
  /** Whether the help is shown. */
  readonly help: boolean;
}

export const initialTableState: TableState = {
  top: 0,
  filter: '',
  typing: false,
  open: false,
  help: false,
};

export interface VisibleRows {
  /** Ids of the orders that match the filter, in the order of the table. */
  readonly ids: readonly string[];
  /** Number of rows on the screen. */
  readonly pageSize: number;
}

type NamedKey = Exclude<Key, { readonly text: string }>;

const controls: Readonly<Record<string, NamedKey>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\u007f': 'backspace',
  '\b': 'backspace',
};
const letters: Readonly<Record<string, NamedKey>> = {
  k: 'up',
  j: 'down',
  g: 'home',
  G: 'end',
  ' ': 'pagedown',
};

/** Returns the state after a key, or undefined if the user wants to stop watching. */
export function handleKey(state: TableState, key: Key, rows: VisibleRows): TableState | undefined {
  if (typeof key !== 'object') return handleNamedKey(state, key, rows);
  let next: TableState | undefined = state;
  // Keys that are pressed quickly arrive as one text.
  for (const letter of key.text) next = next && handleLetter(next, letter, rows);
  return next;
}

function handleLetter(
  state: TableState,
  letter: string,
  rows: VisibleRows,
): TableState | undefined {
  const control = controls[letter];
  if (control) return handleNamedKey(state, control, rows);
  if (/\p{C}/u.test(letter)) return state;
  if (state.typing) return { ...state, filter: state.filter + letter, top: 0 };
  const named = letters[letter];
  if (named) return handleNamedKey(state, named, rows);
  if (letter === 'q') return undefined;
  if (letter === '?') return { ...state, help: !state.help };
  return letter === '/' && !state.open ? { ...state, typing: true } : state;
}

function handleNamedKey(state: TableState, key: NamedKey, rows: VisibleRows): TableState {
  switch (key) {
    case 'escape':
      return closeInnermost(state);
    case 'enter':
      if (state.typing) return { ...state, typing: false };
      if (state.open) return { ...state, open: false };
      return openSelected(state, rows);
    case 'backspace':
      return state.typing ? { ...state, filter: state.filter.slice(0, -1), top: 0 } : state;
    default:
      return { ...state, selected: rows.ids[moveTarget(state, key, rows)] ?? state.selected };
  }
}

/** Closes the innermost thing that is open: the order, the filter, the help or the selection. */
function closeInnermost(state: TableState): TableState {
  if (state.open) return { ...state, open: false };
  if (state.typing || state.filter) return { ...state, typing: false, filter: '', top: 0 };
  if (state.help) return { ...state, help: false };
  return { ...state, selected: undefined, top: 0 };
}

function openSelected(state: TableState, { ids }: VisibleRows): TableState {
  const selected = state.selected && ids.includes(state.selected) ? state.selected : ids[0];
  return selected === undefined ? state : { ...state, selected, open: true };
}

type Move = 'up' | 'down' | 'pageup' | 'pagedown' | 'home' | 'end';

/** Returns the index of the row that a move selects. */
function moveTarget({ selected }: TableState, move: Move, { ids, pageSize }: VisibleRows): number {
  const last = ids.length - 1;
  const at = selected === undefined ? -1 : ids.indexOf(selected);
  const steps: Record<Move, number> = {
    up: at - 1,
    down: at + 1,
    pageup: at - pageSize,
    pagedown: at === -1 ? pageSize - 1 : at + pageSize,
    home: 0,
    end: last,
  };
  return Math.max(0, Math.min(last, steps[move]));
}

/** Returns the index of the first visible row. Scrolls as little as possible to keep the selected row visible. */
export function scrollOffset(
  { selected, top }: TableState,
  { ids, pageSize }: VisibleRows,
): number {
  const at = selected === undefined ? -1 : ids.indexOf(selected);
  const offset = at === -1 ? top : Math.max(at - pageSize + 1, Math.min(top, at));
  return Math.max(0, Math.min(offset, ids.length - pageSize));
}

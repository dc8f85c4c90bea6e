/** What keys do in a table of orders: pure steps from one state to the next. */
import type { Key } from '../../views/screen.tsx';

export interface TableState {
  /** An order stays selected wherever its row moves. None is at first, so that the top stays in sight. */
  readonly selected?: string | undefined;
  /** The first row on the screen. */
  readonly top: number;
  readonly filter: string;
  /** Whether what is typed becomes the filter. */
  readonly typing: boolean;
  /** Whether the selected order is shown instead of the table. */
  readonly open: boolean;
  readonly help: boolean;
}

export const untouched: TableState = {
  top: 0,
  filter: '',
  typing: false,
  open: false,
  help: false,
};

export interface Rows {
  /** The orders that the filter leaves, in their order. */
  readonly ids: readonly string[];
  /** How many rows are on the screen. */
  readonly room: number;
}

type Named = Exclude<Key, { readonly text: string }>;

const controls: Readonly<Record<string, Named>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\u007f': 'backspace',
  '\b': 'backspace',
};
const letters: Readonly<Record<string, Named>> = {
  k: 'up',
  j: 'down',
  g: 'home',
  G: 'end',
  ' ': 'pagedown',
};

/** The state after a key; `undefined` where the person wants to look no longer. */
export function press(state: TableState, key: Key, rows: Rows): TableState | undefined {
  if (typeof key !== 'object') return pressNamed(state, key, rows);
  let next: TableState | undefined = state;
  // Keys that come fast come together.
  for (const letter of key.text) next = next && pressLetter(next, letter, rows);
  return next;
}

function pressLetter(state: TableState, letter: string, rows: Rows): TableState | undefined {
  const control = controls[letter];
  if (control) return pressNamed(state, control, rows);
  if (/\p{C}/u.test(letter)) return state;
  if (state.typing) return { ...state, filter: state.filter + letter, top: 0 };
  const named = letters[letter];
  if (named) return pressNamed(state, named, rows);
  if (letter === 'q') return undefined;
  if (letter === '?') return { ...state, help: !state.help };
  return letter === '/' && !state.open ? { ...state, typing: true } : state;
}

function pressNamed(state: TableState, key: Named, rows: Rows): TableState {
  switch (key) {
    case 'escape':
      return back(state);
    case 'enter':
      if (state.typing) return { ...state, typing: false };
      if (state.open) return { ...state, open: false };
      return openOne(state, rows);
    case 'backspace':
      return state.typing ? { ...state, filter: state.filter.slice(0, -1), top: 0 } : state;
    default:
      return { ...state, selected: rows.ids[target(state, key, rows)] ?? state.selected };
  }
}

/** Takes back one thing at a time, the nearest first. */
function back(state: TableState): TableState {
  if (state.open) return { ...state, open: false };
  if (state.typing || state.filter) return { ...state, typing: false, filter: '', top: 0 };
  if (state.help) return { ...state, help: false };
  return { ...state, selected: undefined, top: 0 };
}

function openOne(state: TableState, { ids }: Rows): TableState {
  const selected = state.selected && ids.includes(state.selected) ? state.selected : ids[0];
  return selected === undefined ? state : { ...state, selected, open: true };
}

type Move = 'up' | 'down' | 'pageup' | 'pagedown' | 'home' | 'end';

function target({ selected }: TableState, move: Move, { ids, room }: Rows): number {
  const last = ids.length - 1;
  const at = selected === undefined ? -1 : ids.indexOf(selected);
  const steps: Record<Move, number> = {
    up: at - 1,
    down: at + 1,
    pageup: at - room,
    pagedown: at === -1 ? room - 1 : at + room,
    home: 0,
    end: last,
  };
  return Math.max(0, Math.min(last, steps[move]));
}

/** Where the rows on the screen begin, so that the selected one is among them and as few as possible move. */
export function topOf({ selected, top }: TableState, { ids, room }: Rows): number {
  const at = selected === undefined ? -1 : ids.indexOf(selected);
  const within = at === -1 ? top : Math.max(at - room + 1, Math.min(top, at));
  return Math.max(0, Math.min(within, ids.length - room));
}

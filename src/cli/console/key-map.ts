/** The keys of the console. The help is made from this table. */
import { startAction } from './action-dialog.ts';
import { paneNames } from './commands.ts';
import {
  addMessage,
  type ConsoleState,
  type ConsoleView,
  goBack,
  openPane,
  type Step,
} from './console-state.ts';
import type { ColumnName } from './list-columns.ts';
import { type Move, move, stepOrder, toggleAllMarks, toggleMark } from './moves.ts';
import type { ConsoleAction, PaneName } from './types.ts';

export type BindingGroup = 'move' | 'panes' | 'list' | 'actions' | 'other';

export interface Binding {
  readonly keys: readonly string[];
  /** The keys as the help shows them. */
  readonly shown: string;
  readonly summary: string;
  readonly group: BindingGroup;
  readonly run: (state: ConsoleState, view: ConsoleView) => ConsoleState | Step;
}

const moves = (keys: readonly string[], to: Move, [shown, summary]: readonly [string, string]) => ({
  keys,
  shown,
  summary,
  group: 'move' as const,
  run: (state: ConsoleState, view: ConsoleView) => move(state, to, view),
});

const moveBindings: readonly Binding[] = [
  moves(['up', 'k'], 'up', ['↑ k', 'up']),
  moves(['down', 'j'], 'down', ['↓ j', 'down']),
  moves(['pageup', 'ctrl-b'], 'pageup', ['PgUp', 'page up']),
  moves(['pagedown', 'ctrl-f'], 'pagedown', ['PgDn', 'page down']),
  moves(['ctrl-u'], 'halfup', ['ctrl-u', 'half a page up']),
  moves(['ctrl-d'], 'halfdown', ['ctrl-d', 'half a page down']),
  moves(['home', 'g'], 'home', ['g', 'first']),
  moves(['end', 'G'], 'end', ['G', 'last']),
  {
    keys: ['J', 'right'],
    shown: 'J →',
    summary: 'next order',
    group: 'move',
    run: (state, view) => stepOrder(state, 1, view),
  },
  {
    keys: ['K', 'left'],
    shown: 'K ←',
    summary: 'previous order',
    group: 'move',
    run: (state, view) => stepOrder(state, -1, view),
  },
];

/** The letter of each pane, as in k9s. */
const paneLetters: Readonly<Partial<Record<PaneName, string>>> = {
  order: 'enter',
  history: 'h',
  logs: 'l',
  data: 'd',
  health: 'H',
};

const paneBindings: readonly Binding[] = [
  ...paneNames.map((pane, index): Binding => {
    const number = String(index + 1);
    const letter = paneLetters[pane];
    return {
      keys: letter ? [number, letter] : [number],
      shown: letter ? `${number} ${letter}` : number,
      summary: pane,
      group: 'panes',
      run: (state, view) => openPane(state, pane, view),
    };
  }),
  {
    keys: ['tab'],
    shown: 'tab',
    summary: 'next pane',
    group: 'panes',
    run: (state, view) => openPane(state, nextPane(state.pane, 1), view),
  },
  {
    keys: ['shift-tab'],
    shown: 'shift-tab',
    summary: 'previous pane',
    group: 'panes',
    run: (state, view) => openPane(state, nextPane(state.pane, -1), view),
  },
  { keys: ['escape'], shown: 'esc', summary: 'back', group: 'panes', run: goBack },
  {
    keys: ['P'],
    shown: 'P',
    summary: 'show or hide personal data',
    group: 'panes',
    run: (state, view) => {
      const next = state.pane === 'data' ? state : openPane(state, 'data', view);
      return next.pane === 'data' ? { ...next, showsPersonal: !next.showsPersonal } : next;
    },
  },
];

function nextPane(pane: PaneName, by: 1 | -1): PaneName {
  const { length } = paneNames;
  return paneNames[(paneNames.indexOf(pane) + by + length) % length] ?? 'list';
}

/** The columns in the order in which `s` sorts by them: attention first, then those for which a user looks most. */
const sortColumns: readonly (ColumnName | undefined)[] = [
  undefined,
  'age',
  'status',
  'customer',
  'total',
  'stage',
  'updated',
];

const listBindings: readonly Binding[] = [
  {
    keys: ['/'],
    shown: '/',
    summary: 'filter',
    group: 'list',
    run: (state) => ({
      ...state,
      pane: 'list',
      overlay: undefined,
      prompt: { kind: 'filter', text: state.filter, previous: state.filter },
    }),
  },
  {
    keys: ['s'],
    shown: 's',
    summary: 'sort by the next column',
    group: 'list',
    run: (state, { now }) => {
      const column = sortColumns[sortColumns.indexOf(state.sort?.column) + 1];
      const text = `sorted by ${column ?? 'attention'}`;
      const sort = column && { column, isDescending: false };
      return addMessage({ ...state, pane: 'list', sort, top: 0 }, 'note', { text, now });
    },
  },
  {
    keys: ['S'],
    shown: 'S',
    summary: 'reverse the order',
    group: 'list',
    run: (state) => {
      const { column = 'age', isDescending = false } = state.sort ?? {};
      return { ...state, pane: 'list', sort: { column, isDescending: !isDescending }, top: 0 };
    },
  },
  {
    keys: ['C'],
    shown: 'C',
    summary: 'columns',
    group: 'list',
    run: (state) => ({
      ...state,
      prompt: { kind: 'command', text: `columns ${state.columns.join(',')}` },
    }),
  },
  { keys: [' '], shown: 'space', summary: 'mark', group: 'list', run: toggleMark },
  {
    keys: ['*', 'ctrl-a'],
    shown: '*',
    summary: 'mark all that match',
    group: 'list',
    run: toggleAllMarks,
  },
];

const otherBindings: readonly Binding[] = [
  {
    keys: [':'],
    shown: ':',
    summary: 'command, completed by tab',
    group: 'other',
    run: (state) => ({ ...state, prompt: { kind: 'command', text: '' } }),
  },
  {
    keys: ['M'],
    shown: 'M',
    summary: 'messages',
    group: 'other',
    run: (state) => ({
      ...state,
      overlay: state.overlay === 'messages' ? undefined : 'messages',
      scroll: 'end',
    }),
  },
  {
    keys: ['?'],
    shown: '?',
    summary: 'help',
    group: 'other',
    run: (state) => ({
      ...state,
      overlay: state.overlay === 'help' ? undefined : 'help',
      scroll: 0,
    }),
  },
  { keys: ['ctrl-z'], shown: 'ctrl-z', summary: 'suspend', group: 'other', run: (state) => state },
  {
    keys: ['q'],
    shown: 'q',
    summary: 'leave',
    group: 'other',
    run: (state) => (state.overlay ? goBack(state) : { state, effect: { type: 'quit' } }),
  },
];

/** The keys that do not depend on the actions. */
export const ownBindings: readonly Binding[] = [
  ...moveBindings,
  ...paneBindings,
  ...listBindings,
  ...otherBindings,
];

/** Returns all keys of the console, keys of actions included. */
export function allBindings(actions: readonly ConsoleAction[]): readonly Binding[] {
  const actionBindings = actions.map(
    (action): Binding => ({
      keys: [action.key],
      shown: action.key,
      summary: action.summary,
      group: 'actions',
      run: (state, view) => startAction(state, action, { view }),
    }),
  );
  return [...ownBindings, ...actionBindings];
}

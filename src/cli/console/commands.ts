/** The commands after `:`, and their completion. Pure. */
import { closestMatch } from '../../did-you-mean.ts';
import { startAction } from './action-dialog.ts';
import {
  addMessage,
  type ConsoleState,
  type ConsoleView,
  openOrder,
  openPane,
  type Step,
} from './console-state.ts';
import { columnNames, defaultColumns, isColumnName } from './list-columns.ts';
import { filterFields, parseSort } from './order-filter.ts';
import type { PaneName } from './types.ts';

export interface ConsoleCommand {
  readonly name: string;
  /** Placeholder of the argument, for the help. */
  readonly argument?: string;
  readonly summary: string;
  /** Values that the last word of the argument can have. */
  readonly values?: (view: ConsoleView) => readonly string[];
  readonly run: (state: ConsoleState, argument: string, view: ConsoleView) => Step;
}

export const paneNames: readonly PaneName[] = [
  'list',
  'order',
  'history',
  'logs',
  'data',
  'health',
];

const note = (state: ConsoleState, text: string, { now }: ConsoleView): Step => ({
  state: addMessage(state, 'note', { text, now }),
});

const paneCommands = paneNames.map((pane): ConsoleCommand => {
  const run: ConsoleCommand['run'] = (state, argument, view) => {
    if (argument === '' || pane === 'list' || pane === 'health')
      return { state: openPane(state, pane, view) };
    if (!view.find(argument)) return note(state, `no order ${argument} in the list`, view);
    return { state: openOrder({ ...state, pane }, argument, view) };
  };
  const summary = `open the pane ${pane}`;
  if (pane === 'list' || pane === 'health') return { name: pane, summary, run };
  return { name: pane, argument: '[ID]', summary, values: ({ ids }) => ids, run };
});

const sortValues = columnNames.flatMap((name) => [name, `${name}:desc`]);

const ownCommands: readonly ConsoleCommand[] = [
  ...paneCommands,
  {
    name: 'filter',
    argument: 'TEXT',
    summary: 'show only orders that match every word',
    values: () => filterFields.map((name) => `${name}:`),
    run: (state, argument) => ({ state: { ...state, pane: 'list', filter: argument, top: 0 } }),
  },
  {
    name: 'sort',
    argument: 'COLUMN[:desc]',
    summary: 'sort the list; without a column, attention first',
    values: () => sortValues,
    run: (state, argument, view) => {
      const sort = parseSort(argument);
      if (argument !== '' && !sort)
        return note(
          state,
          `sort by one of: ${columnNames.join(', ')}, with :desc or without`,
          view,
        );
      return { state: { ...state, pane: 'list', sort, top: 0 } };
    },
  },
  {
    name: 'columns',
    argument: 'NAME,…',
    summary: 'choose the columns; without names, the usual ones',
    values: () => columnNames,
    run: (state, argument, view) => {
      const names = [...new Set(argument.split(/[\s,]+/).filter(Boolean))];
      const columns = names.filter(isColumnName);
      if (columns.length < names.length)
        return note(state, `the columns are: ${columnNames.join(', ')}`, view);
      return {
        state: { ...state, pane: 'list', columns: columns.length > 0 ? columns : defaultColumns },
      };
    },
  },
  {
    name: 'help',
    summary: 'show the keys',
    run: (state) => ({ state: { ...state, overlay: 'help', scroll: 0 } }),
  },
  {
    name: 'messages',
    summary: 'show what was done',
    run: (state) => ({ state: { ...state, overlay: 'messages', scroll: 'end' } }),
  },
  { name: 'quit', summary: 'leave', run: (state) => ({ state, effect: { type: 'quit' } }) },
];

/** Returns all commands of the console, actions on orders included. */
export function listCommands({ actions }: Pick<ConsoleView, 'actions'>): ConsoleCommand[] {
  const names = new Set(ownCommands.map(({ name }) => name));
  const actionCommands = actions
    .filter(({ name }) => !names.has(name))
    .map((action): ConsoleCommand => {
      const run: ConsoleCommand['run'] = (state, argument, view) =>
        startAction(state, action, { view, ...(argument && { input: argument }) });
      const { name, summary, input } = action;
      return { name, summary, run, ...(input && { argument: `[${input.label.toUpperCase()}]` }) };
    });
  return [...ownCommands, ...actionCommands];
}

/** Runs a command line. A beginning of a name that fits only one command is enough. */
export function runCommand(state: ConsoleState, line: string, view: ConsoleView): Step {
  const [, typed = '', argument = ''] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(line) ?? [];
  if (typed === '') return { state };
  const commands = listCommands(view);
  const candidates = commands.filter(({ name }) => name.startsWith(typed));
  const exact = commands.find(({ name }) => name === typed);
  const command = exact ?? (typed === 'q' || candidates.length === 1 ? candidates[0] : undefined);
  if (command) return command.run(state, argument, view);
  const names = candidates.map(({ name }) => name);
  if (names.length > 1) return note(state, `:${typed} could be ${names.join(' or ')}`, view);
  const similar = closestMatch(
    typed,
    commands.map(({ name }) => name),
  );
  return note(
    state,
    `no command :${typed}${similar ? `; did you mean :${similar}?` : '; ? shows all'}`,
    view,
  );
}

/** Returns the words that can replace the last word of a command line. */
export function completions(line: string, view: ConsoleView): readonly string[] {
  const [, typed, argument] = /^(\S*)(?:\s+(.*))?$/s.exec(line) ?? [];
  const commands = listCommands(view);
  if (argument === undefined)
    return commands.map(({ name }) => name).filter((name) => name.startsWith(typed ?? ''));
  const values = commands.find(({ name }) => name === typed)?.values?.(view) ?? [];
  const last = lastWord(argument);
  return values.filter((value) => value.startsWith(last));
}

const lastWord = (text: string) => /[^\s,]*$/.exec(text)?.[0] ?? '';

/** Completes the last word of a command line as far as all candidates agree. */
export function complete(line: string, view: ConsoleView): string {
  const candidates = completions(line, view);
  const [first] = candidates;
  if (first === undefined) return line;
  const start = line.slice(0, line.length - lastWord(line).length);
  if (candidates.length === 1) return `${start}${first}${first.endsWith(':') ? '' : ' '}`;
  let { length } = first;
  while (candidates.some((candidate) => !candidate.startsWith(first.slice(0, length)))) length -= 1;
  return start + first.slice(0, length);
}

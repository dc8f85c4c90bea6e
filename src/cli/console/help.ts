/** The help and the log of messages, which are shown over a pane. */
import { formatLocalTime } from '../terminal/format-time.ts';
import { applyStyle } from '../terminal/output-guard.ts';
import { dim } from '../terminal/terminal.ts';
import { listCommands } from './commands.ts';
import type { ConsoleView, Message } from './console-state.ts';
import { formatMessage } from './footer.ts';
import { allBindings, type BindingGroup } from './key-map.ts';
import { wrapText } from './panes/pane-lines.ts';
import { padLine, textWidth } from './styled-line.ts';

interface Options {
  readonly stream: NodeJS.WriteStream;
  readonly columns: number;
}

const groupTitles: Readonly<Record<BindingGroup, string>> = {
  panes: 'Panes',
  list: 'List',
  actions: 'Actions on the marked orders, or on the selected one',
  move: 'Move',
  other: 'Other',
};

/** Returns all keys and commands, as many side by side as fit. */
export function formatHelp({ actions }: Pick<ConsoleView, 'actions'>, options: Options): string[] {
  const bindings = allBindings(actions);
  const groups = (Object.keys(groupTitles) as BindingGroup[]).map((group) => ({
    title: groupTitles[group],
    entries: bindings
      .filter((binding) => binding.group === group)
      .map(({ shown, summary }) => [shown, summary] as const),
  }));
  const commands = listCommands({ actions }).map(
    ({ name, argument = '', summary }) => [`:${name} ${argument}`.trim(), summary] as const,
  );
  const filter = [
    ['failed cust-1', 'both words, in any field'],
    ['status:failed', 'only in this field: id customer status stage is text'],
    ['is:attention', 'orders that need attention; also is:review, is:waiting'],
    ['!completed', 'not this word'],
  ] as const;
  return [
    ...groups,
    { title: 'Filter', entries: filter },
    { title: 'Commands', entries: commands },
  ].flatMap(({ title, entries }) =>
    entries.length === 0
      ? []
      : [
          ...wrapText(title, options.columns).map((line) =>
            applyStyle('bold', line, options.stream),
          ),
          ...formatEntries(entries, options),
          '',
        ],
  );
}

type Entry = readonly [key: string, summary: string];

function formatEntries(entries: readonly Entry[], { columns, stream }: Options): string[] {
  const keyWidth = Math.max(...entries.map(([key]) => textWidth(key))) + 2;
  const longest = Math.max(...entries.map(([, summary]) => textWidth(summary)));
  const cellWidth = Math.min(keyWidth + longest + 3, columns);
  const count = Math.max(1, Math.floor((columns + 3) / cellWidth));
  const summaryWidth = Math.max(8, cellWidth - keyWidth - (count > 1 ? 3 : 0));
  const cells = entries.map(([key, summary]) => {
    const [text = ''] = wrapText(summary, summaryWidth);
    const isWhole = text.length === summary.length;
    const shown = isWhole ? text : `${text.slice(0, summaryWidth - 1)}…`;
    return `${applyStyle('cyan', key, stream)}${' '.repeat(keyWidth - textWidth(key))}${shown}`;
  });
  const height = Math.ceil(cells.length / count);
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: count }, (__, column) => cells[column * height + row] ?? '')
      .map((cell, column) => (column < count - 1 ? padLine(cell, cellWidth) : cell))
      .join('')
      .trimEnd(),
  );
}

/** Returns the messages since the start, the newest last. */
export function formatMessages(
  messages: readonly Message[],
  { stream, columns }: Options,
): string[] {
  if (messages.length === 0) return [dim('No action was carried out yet.', stream)];
  return messages.map((message) => {
    const time = dim(formatLocalTime(new Date(message.at).toISOString()), stream);
    return `${time} ${formatMessage(message, { stream, columns: columns - textWidth(time) - 1 })}`;
  });
}

/** The lines below the panes: the input line or the question, else the last message and the keys. */
import { splitCharacters } from '../terminal/characters.ts';
import { applyStyle, removeControls } from '../terminal/output-guard.ts';
import { clip, displayWidth, printable } from '../terminal/table.ts';
import { dim, mark } from '../terminal/terminal.ts';
import { completions } from './commands.ts';
import type { ConsoleState, ConsoleView, Message, PendingAction, Prompt } from './console-state.ts';
import { filterFields } from './order-filter.ts';
import { wrapText } from './panes/pane-lines.ts';
import { alignRight, fitParts, textWidth } from './styled-line.ts';

export interface FooterInput {
  readonly state: ConsoleState;
  readonly view: Pick<ConsoleView, 'actions' | 'environment' | 'ids' | 'find' | 'now'>;
  /** The part of the list or of the lines that is visible, the filter and the marks. */
  readonly position: string;
  /** Name of the open pane, if the screen is too low for the tabs. */
  readonly title: string;
  /** The use of quotas, if the header does not show it. */
  readonly quotaUse: string;
  readonly stream: NodeJS.WriteStream;
  readonly columns: number;
  /** Maximum number of lines. */
  readonly maxLines: number;
}

/** A message is shown for this long (ms). */
const messageMs = 15_000;

/** Returns at least two lines. */
export function formatFooter(input: FooterInput): string[] {
  const { state, columns, stream } = input;
  const { prompt } = state;
  if (prompt) return formatPrompt(prompt, input);
  const keys = keyHints(state).map(([key, effect]) =>
    key === '' ? effect : `${applyStyle('bold', key, stream)} ${effect}`,
  );
  const right = dim(input.quotaUse, stream);
  const space = columns - (right === '' ? 0 : textWidth(right) + 2);
  return [formatStatus(input), alignRight(fitParts(keys, space, '  '), right, columns)];
}

/** Returns the name of the pane if there are no tabs, and the action that runs, the last message if it is recent, or the position. */
function formatStatus(input: FooterInput): string {
  const { title, stream, columns } = input;
  if (title === '') return formatNews(input);
  const name = `[${title}]`;
  const news = formatNews({ ...input, columns: columns - name.length - 1 });
  return `${applyStyle('bold', name, stream)} ${news}`.trimEnd();
}

function formatNews({ state, view, position, stream, columns }: FooterInput): string {
  if (state.running !== undefined)
    return applyStyle('cyan', clip(`◔ ${state.running} …`, columns), stream);
  const last = state.messages.at(-1);
  if (last && view.now - last.at < messageMs) return formatMessage(last, { stream, columns });
  return dim(clip(position, columns), stream);
}

/** Returns a message as one line. */
export function formatMessage(
  { kind, text }: Message,
  { stream, columns }: Pick<FooterInput, 'stream' | 'columns'>,
): string {
  const line = clip(removeControls(text), columns - 2);
  return `${mark(kind, stream)} ${kind === 'failed' ? applyStyle('red', line, stream) : line}`;
}

type KeyHint = readonly [key: string, effect: string];

const helpHint: KeyHint = ['?', 'help'];
const backHint: KeyHint = ['esc', 'back'];
const scrollHint: KeyHint = ['↑↓', 'scroll'];
const lastHints: readonly KeyHint[] = [
  [':', 'command'],
  ['q', 'leave'],
];

function keyHints({ pane, overlay, marked }: ConsoleState): readonly KeyHint[] {
  if (overlay) return [['esc', 'close'], scrollHint];
  const marks: readonly KeyHint[] = marked.size > 0 ? [['', `${marked.size} marked`]] : [];
  if (pane === 'list')
    return [
      ...marks,
      helpHint,
      ['enter', 'open'],
      ['/', 'filter'],
      ['space', 'mark'],
      ['↑↓', 'move'],
      ...lastHints,
    ];
  if (pane === 'health') return [helpHint, backHint, scrollHint, ...lastHints];
  const personal: readonly KeyHint[] = pane === 'data' ? [['P', 'personal data']] : [];
  const next: KeyHint = ['J K', 'next order'];
  return [...marks, helpHint, backHint, ...personal, next, scrollHint, ...lastHints];
}

function formatPrompt(prompt: Prompt, input: FooterInput): string[] {
  switch (prompt.kind) {
    case 'filter': {
      const fields = filterFields.map((name) => `${name}:`);
      return [fitWords([...fields, '!word excludes'], input), inputLine('/', prompt.text, input)];
    }
    case 'command':
      return [formatCompletions(prompt.text, input), inputLine(':', prompt.text, input)];
    case 'input':
    case 'name':
    case 'confirm': {
      const question = ask(formatQuestion(prompt, input), prompt.text, input);
      const maxLines = input.maxLines - question.length;
      return [...describePending(prompt.pending, { ...input, maxLines }), ...question];
    }
  }
}

function formatQuestion(
  { kind, pending }: Prompt & { readonly pending: PendingAction },
  { view }: FooterInput,
): string {
  if (kind === 'confirm') return 'Continue? [y/N] ';
  if (kind === 'name') return `"${view.environment.name}" is protected. Type its name: `;
  const { label = '', isRequired = false } = pending.action.input ?? {};
  return `${label}${isRequired ? '' : ' (optional)'}: `;
}

/** Returns what an action will do, and the orders that it leaves out. A low screen shows less of both, but always the question. */
function describePending(pending: PendingAction, { columns, stream, maxLines }: FooterInput) {
  const { action, orders, refused, plan } = pending;
  const [first] = refused;
  const others = refused.length > 1 ? ` (and ${refused.length - 1} more)` : '';
  const left = first ? [`Left out: ${first.orderId}${others} ${first.reason}`] : [];
  const planned = plan ?? (action.plan ? ['reading what exactly would happen…'] : []);
  const room = Math.max(1, maxLines - left.length);
  const text = wrapText(action.describe(orders), columns);
  const description = text.slice(0, Math.max(1, room - Math.min(1, planned.length)));
  if (description.length < text.length)
    description.push(clip(`${description.pop()} ${text[description.length]}`, columns));
  const planRoom = Math.min(maxPlanLines, room - description.length);
  const more = planned.length - planRoom;
  return [
    ...description,
    ...planned
      .slice(0, more > 0 ? planRoom - 1 : planRoom)
      .map((line) => clip(printable(line), columns)),
    ...(more > 0 && planRoom > 0 ? [`… ${more + 1} more`] : []),
    ...left.map((line) => applyStyle('yellow', clip(printable(line), columns), stream)),
  ];
}

const maxPlanLines = 5;

function formatCompletions(text: string, input: FooterInput): string {
  const words = completions(text, { ...input.view, pageSize: 1, maxScroll: 0 });
  return words.length > 0 ? fitWords(words.slice(0, 40), input) : 'esc leaves';
}

/** Returns as many whole words as fit. A line without the last ones ends with `…`. */
function fitWords(words: readonly string[], { columns }: FooterInput): string {
  const all = words.join('  ');
  return textWidth(all) <= columns ? all : `${fitParts(words, columns - 3, '  ')}  …`;
}

/** A question that leaves less space than this has a line of its own (columns). */
const minInputColumns = 12;

/** Returns a question with its input line. */
function ask(question: string, text: string, input: FooterInput): string[] {
  if (question.length + minInputColumns <= input.columns) return [inputLine(question, text, input)];
  const lines = wrapText(question, input.columns);
  return [
    ...lines.map((line) => applyStyle('bold', line, input.stream)),
    inputLine('> ', text, input),
  ];
}

/** Returns the input line. The end of a long text stays visible. */
function inputLine(question: string, text: string, { columns, stream }: FooterInput): string {
  const space = columns - question.length - 1;
  return `${applyStyle('bold', question, stream)}${clipStart(removeControls(text), space)}_`;
}

/** Returns the end of a text that fits the width. */
function clipStart(text: string, width: number): string {
  const characters = splitCharacters(text);
  while (displayWidth(characters.join('')) > width) characters.shift();
  return characters.join('');
}

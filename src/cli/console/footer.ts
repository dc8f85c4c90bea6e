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
  /** The use of quotas, if the header does not show it. */
  readonly quotaUse: string;
  readonly stream: NodeJS.WriteStream;
  readonly columns: number;
}

/** A message is shown for this long (ms). */
const messageMs = 15_000;

/** Returns at least two lines. */
export function formatFooter(input: FooterInput): string[] {
  const { state, columns, stream } = input;
  const { prompt } = state;
  if (prompt) return formatPrompt(prompt, input);
  const keys = keyHints(state).map((hint) => dim(hint, stream));
  const right = dim(input.quotaUse, stream);
  const space = columns - (right === '' ? 0 : textWidth(right) + 2);
  return [formatStatus(input), alignRight(fitParts(keys, space, '  '), right, columns)];
}

/** Returns the action that runs, the last message if it is recent, or the position. */
function formatStatus({ state, view, position, stream, columns }: FooterInput): string {
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

function keyHints({ pane, overlay, marked }: ConsoleState): string[] {
  if (overlay) return ['esc close', '↑↓ scroll'];
  const move = pane === 'list' ? '↑↓ move' : '↑↓ scroll';
  const marks = marked.size > 0 ? [`${marked.size} marked`] : [];
  if (pane === 'list')
    return [
      ...marks,
      '? help',
      'enter open',
      '/ filter',
      ': command',
      'space mark',
      move,
      'q leave',
    ];
  if (pane === 'health') return ['? help', 'esc back', move, ': command', 'q leave'];
  const personal = pane === 'data' ? ['P personal data'] : [];
  return [
    ...marks,
    '? help',
    'esc back',
    ...personal,
    'J K next order',
    move,
    ': command',
    'q leave',
  ];
}

function formatPrompt(prompt: Prompt, input: FooterInput): string[] {
  switch (prompt.kind) {
    case 'filter': {
      const hint = `fields: ${filterFields.map((name) => `${name}:`).join(' ')}  !word excludes`;
      return [hintLine(hint, input), inputLine('/', prompt.text, input)];
    }
    case 'command':
      return [formatCompletions(prompt.text, input), inputLine(':', prompt.text, input)];
    case 'input': {
      const { label = '', isRequired = false } = prompt.pending.action.input ?? {};
      const question = `${label}${isRequired ? '' : ' (optional)'}: `;
      return [...describePending(prompt.pending, input), inputLine(question, prompt.text, input)];
    }
    case 'name': {
      const question = `"${input.view.environment.name}" is protected. Type its name: `;
      return [...describePending(prompt.pending, input), inputLine(question, prompt.text, input)];
    }
    case 'confirm':
      return [...describePending(prompt.pending, input), inputLine('Continue? [y/N] ', '', input)];
  }
}

/** Returns what an action will do, and the orders that it leaves out. */
function describePending(pending: PendingAction, { columns, stream }: FooterInput): string[] {
  const { action, orders, refused, plan } = pending;
  const lines = wrapText(action.describe(orders), columns);
  const [first] = refused;
  const others = refused.length > 1 ? ` (and ${refused.length - 1} more)` : '';
  const left = first
    ? wrapText(`Left out: ${first.orderId}${others} ${first.reason}`, columns)
    : [];
  const planned = plan ?? (action.plan ? ['reading what exactly would happen…'] : []);
  const more = planned.length - maxPlanLines;
  return [
    ...lines.slice(0, maxDescriptionLines),
    ...planned.slice(0, maxPlanLines).map((line) => dim(clip(printable(line), columns), stream)),
    ...(more > 0 ? [dim(`… ${more} more`, stream)] : []),
    ...left.slice(0, 1).map((line) => applyStyle('yellow', line, stream)),
  ];
}

const maxDescriptionLines = 3;
const maxPlanLines = 4;

function formatCompletions(text: string, input: FooterInput): string {
  const words = completions(text, { ...input.view, pageSize: 1, maxScroll: 0 });
  return hintLine(words.length > 0 ? words.slice(0, 40).join('  ') : 'esc leaves', input);
}

const hintLine = (text: string, { columns, stream }: FooterInput) =>
  dim(clip(text, columns), stream);

/** Returns the input line. The end of a long text stays visible. */
function inputLine(question: string, text: string, { columns, stream }: FooterInput): string {
  const space = Math.max(4, columns - question.length - 1);
  return `${applyStyle('bold', clip(question, columns - 5), stream)}${clipStart(removeControls(text), space)}_`;
}

/** Returns the end of a text that fits the width. */
function clipStart(text: string, width: number): string {
  const characters = splitCharacters(text);
  while (displayWidth(characters.join('')) > width) characters.shift();
  return characters.join('');
}

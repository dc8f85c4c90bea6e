/** Key handling of the console: from one state and a key to the next state, and what to do. Pure. */
import { splitCharacters } from '../terminal/characters.ts';
import { answerInput, answerName, answerYes, declineAction } from './action-dialog.ts';
import { complete, runCommand } from './commands.ts';
import type { ConsoleState, ConsoleView, Prompt, Step } from './console-state.ts';
import { allBindings } from './key-map.ts';

/** Returns the state after a key: a character, or the name of a key such as `up`. */
export function handleKey(state: ConsoleState, key: string, view: ConsoleView): Step {
  if (state.prompt) return handlePromptKey(state, state.prompt, { key, view });
  const binding = allBindings(view.actions).find(({ keys }) => keys.includes(key));
  const result = binding?.run(state, view) ?? state;
  return 'state' in result ? result : { state: result };
}

interface PromptKey {
  readonly key: string;
  readonly view: ConsoleView;
}

function handlePromptKey(state: ConsoleState, prompt: Prompt, { key, view }: PromptKey): Step {
  if (prompt.kind === 'confirm') return handleConfirmKey(state, prompt, { key, view });
  if (key === 'escape') return leavePrompt(state, prompt, view);
  if (key === 'enter') return submitPrompt(state, prompt, view);
  const text = editText(prompt, key, view);
  if (text === undefined) return leavePrompt(state, prompt, view);
  const next = { ...state, prompt: { ...prompt, text } };
  return { state: prompt.kind === 'filter' ? { ...next, filter: text, top: 0 } : next };
}

function handleConfirmKey(
  state: ConsoleState,
  { pending }: Extract<Prompt, { kind: 'confirm' }>,
  { key, view }: PromptKey,
): Step {
  if (key === 'y' || key === 'Y') return answerYes(state, pending, view);
  // Keys that may have been typed before the question appeared do not answer it.
  const isNo = ['n', 'N', 'escape', 'enter', 'q'].includes(key);
  return isNo ? declineAction(state, { now: view.now }) : { state };
}

/** Returns the text after a key; undefined if an empty text is left with backspace. */
function editText(prompt: Prompt, key: string, view: ConsoleView): string | undefined {
  const { kind, text } = prompt;
  if (key === 'backspace')
    return text === '' ? undefined : splitCharacters(text).slice(0, -1).join('');
  if (key === 'ctrl-u') return '';
  if (key === 'ctrl-w') return text.replace(/\S*\s*$/, '');
  if (key === 'tab') return kind === 'command' ? complete(text, view) : text;
  const isFull = kind === 'input' && text.length >= (prompt.pending.action.input?.maxLength ?? 0);
  return splitCharacters(key).length === 1 && !isFull ? text + key : text;
}

/** Closes the input line without an effect. A filter is as before. */
function leavePrompt(state: ConsoleState, prompt: Prompt, view: ConsoleView): Step {
  if ('pending' in prompt) return declineAction(state, { now: view.now });
  const next = { ...state, prompt: undefined };
  return { state: prompt.kind === 'filter' ? { ...next, filter: prompt.previous, top: 0 } : next };
}

function submitPrompt(
  state: ConsoleState,
  prompt: Exclude<Prompt, { kind: 'confirm' }>,
  view: ConsoleView,
): Step {
  const { text } = prompt;
  switch (prompt.kind) {
    case 'filter':
      return { state: { ...state, prompt: undefined } };
    case 'command':
      return runCommand({ ...state, prompt: undefined }, text, view);
    case 'input':
      return answerInput(state, prompt.pending, { text, view });
    case 'name':
      return answerName(state, prompt.pending, { text, view });
  }
}

import { type Key as InkKey, useApp, useInput, useStdin, useStdout } from 'ink';
import { type ReactNode, useEffect } from 'react';

/** The name of a key, or typed text. */
export type Key =
  | 'up'
  | 'down'
  | 'pageup'
  | 'pagedown'
  | 'home'
  | 'end'
  | 'enter'
  | 'escape'
  | 'backspace'
  | { readonly text: string };

export interface ScreenProps {
  readonly frame: ReactNode;
  /** If absent, keys are not read, and Ctrl-C reaches the process as a signal. */
  readonly onInput?: ((input: string, key: InkKey) => void) | undefined;
  /** Called with the function that writes above the frame. */
  readonly onReady: (write: (text: string) => void) => void;
  /** Called when the process is suspended and when it continues. */
  readonly onSuspend: (suspended: boolean) => void;
}

/** Shows a frame, reads keys, and suspends the process at Ctrl-Z. */
export function Screen({ frame, onInput, onReady, onSuspend }: ScreenProps) {
  const { write } = useStdout();
  const { suspendTerminal } = useApp();
  const { isRawModeSupported } = useStdin();
  useEffect(() => onReady(write), [onReady, write]);
  const handle = (input: string, key: InkKey) => {
    if (key.ctrl && input === 'c') process.kill(process.pid, 'SIGINT');
    else if (key.ctrl && input === 'z') {
      onSuspend(true);
      void suspendTerminal(suspendProcess).finally(() => onSuspend(false));
    } else onInput?.(input, key);
  };
  useInput(handle, { isActive: isRawModeSupported && onInput !== undefined });
  return frame;
}

/** Suspends the process and waits until it continues. A terminal in raw mode does not do this at Ctrl-Z. */
function suspendProcess(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGCONT', resolve);
    process.kill(process.pid, 'SIGTSTP');
  });
}

/** Ink's flags -> our names. */
export const keyNames = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
] as const;

/** Returns the key or the text of an input; undefined for other keys, such as combinations with Ctrl or Alt. */
export function parseKey(input: string, key: InkKey): Key | undefined {
  const name = keyNames.find(([flag]) => key[flag])?.[1];
  if (name) return name;
  return input && !key.ctrl && !key.meta ? { text: input } : undefined;
}

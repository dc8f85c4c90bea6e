import { type Key as InkKey, useApp, useInput, useStdin, useStdout } from 'ink';
import { type ReactNode, useEffect } from 'react';

/** A key by its name, or the text that was typed. */
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
  /** Absent where keys are not read; an interrupt is then a signal of the terminal. */
  readonly onKey?: ((key: Key) => void) | undefined;
  /** Is given what writes above the frame. */
  readonly onReady: (write: (text: string) => void) => void;
  /** Whether the terminal is somebody else's for now. */
  readonly onSuspend: (suspended: boolean) => void;
}

/** What is around a frame: keys, lines above it, and giving the terminal to others. */
export function Screen({ frame, onKey, onReady, onSuspend }: ScreenProps) {
  const { write } = useStdout();
  const { suspendTerminal } = useApp();
  const { isRawModeSupported } = useStdin();
  useEffect(() => onReady(write), [onReady, write]);
  const handle = (input: string, key: InkKey) => {
    if (key.ctrl && input === 'c') process.kill(process.pid, 'SIGINT');
    else if (key.ctrl && input === 'z') {
      onSuspend(true);
      void suspendTerminal(untilContinued).finally(() => onSuspend(false));
    } else {
      const named = keyOf(input, key);
      if (named) onKey?.(named);
    }
  };
  useInput(handle, { isActive: isRawModeSupported && onKey !== undefined });
  return frame;
}

/** The terminal in raw mode stops nobody at Ctrl-Z. */
function untilContinued(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGCONT', resolve);
    process.kill(process.pid, 'SIGTSTP');
  });
}

const names = [
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

function keyOf(input: string, key: InkKey): Key | undefined {
  const named = names.find(([flag]) => key[flag]);
  if (named) return named[1];
  return input && !key.ctrl && !key.meta ? { text: input } : undefined;
}

/** Changes of the size of a terminal. */

/**
 * Time without a further change after which a size counts as the new one (ms). A window that is dragged changes it often. The terminal
 * wraps the text again at each change, before the program learns of it: tmux reports at most one change in 250 ms.
 */
const settleMs = 300;

export interface SizeWatch {
  /** Whether the size has changed and `onSettled` was not called yet. */
  readonly isChanging: () => boolean;
  /** Stops watching. Calls `onSettled` first if the size is changing. */
  readonly close: () => void;
}

/** Calls `onSettled` when the size of a terminal has stopped changing. */
export function watchSize(stream: NodeJS.WriteStream, onSettled: () => void): SizeWatch {
  let settling: NodeJS.Timeout | undefined;
  const settle = () => {
    clearTimeout(settling);
    settling = undefined;
    onSettled();
  };
  const onResize = () => {
    clearTimeout(settling);
    settling = setTimeout(settle, settleMs);
  };
  stream.on('resize', onResize);
  return {
    isChanging: () => settling !== undefined,
    close() {
      stream.off('resize', onResize);
      if (settling) settle();
    },
  };
}

/** Runs `work`, and removes the listeners of size changes that it adds. Returns its result and these listeners. */
export function withoutResizeListeners<T>(
  stream: NodeJS.WriteStream,
  work: () => T,
): { readonly result: T; readonly listeners: readonly (() => void)[] } {
  const known = new Set<unknown>(stream.listeners('resize'));
  const result = work();
  const added = stream.listeners('resize').filter((listener) => !known.has(listener));
  const listeners = added as (() => void)[];
  for (const listener of listeners) stream.off('resize', listener);
  return { result, listeners };
}

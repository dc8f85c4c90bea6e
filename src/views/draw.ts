import { stripVTControlCharacters } from 'node:util';
import { type Key as InkKey, render, renderToString } from 'ink';
import { createElement, type ReactElement } from 'react';
import { type Key, parseKey, Screen } from './screen.tsx';
import { watchSize, withoutResizeListeners } from './terminal-size.ts';

const defaultFrameMs = 150;

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface DrawOptions {
  readonly stream: NodeJS.WriteStream;
  /** A frame is drawn again after this time even if nothing was updated. */
  readonly maxFrameAgeMs?: number;
  /** Interval of the check whether a frame has to be drawn. */
  readonly frameMs?: number;
  /** Source of the keys (default: stdin). */
  readonly keyboard?: NodeJS.ReadStream | undefined;
  /** If absent, keys are not read, and Ctrl-C reaches the process as a signal. */
  readonly onKey?: (key: Key) => void;
}

export interface Drawing {
  /** Requests a new frame. */
  readonly update: () => void;
  /** Prints lines above the frame. */
  readonly print: (lines: string) => void;
  /** Stops drawing. `last` replaces the frame on the screen; if absent, the current frame stays. */
  readonly close: (last?: string) => Promise<void>;
}

/** Draws `frame` in place until closed. */
export function draw(frame: (size: Size) => ReactElement, options: DrawOptions): Drawing {
  const { stream, maxFrameAgeMs = defaultFrameMs, onKey } = options;
  let size = streamSize(stream);
  let drawnAt = 0;
  let isOutdated = false;
  let suspended = false;
  let printed = '';
  let write: ((text: string) => void) | undefined;
  const onReady = (writer: (text: string) => void) => {
    write = writer;
  };
  const onSuspend = (now: boolean) => {
    suspended = now;
  };
  const onInput = onKey && createInputHandler(onKey, redraw);
  /** The frame that Ink draws next, and the frame on the screen: Ink skips frames that follow each other too fast. */
  let [next, drawn] = [frame(size), frame(size)];
  const screen = () => createElement(Screen, { onInput, onReady, onSuspend, frame: next });
  // Ink would draw at each change of the size.
  const { result: ink, listeners } = withoutResizeListeners(stream, () =>
    render(screen(), {
      stdout: stream,
      ...(options.keyboard && { stdin: options.keyboard }),
      exitOnCtrlC: false,
      onRender: () => {
        drawn = next;
      },
      // The interval limits the frames. Ink must not delay one, because a resize may come between.
      maxFps: 60,
      incrementalRendering: true,
    }),
  );
  const sizeWatch = watchSize(stream, () => {
    const before = size;
    size = streamSize(stream);
    if (size.columns < before.columns) {
      ink.clear();
      eraseWrappedRows(stream, { frame: drawn, before, size });
    }
    redraw();
    for (const listener of listeners) listener();
  });
  function redraw(): void {
    if (sizeWatch.isChanging()) return;
    drawnAt = Date.now();
    isOutdated = false;
    next = frame(size);
    ink.rerender(screen());
  }
  const tick = () => {
    if (suspended) return;
    refreshSize(stream);
    if (sizeWatch.isChanging()) return;
    if (printed) write?.(printed);
    printed = '';
    if (isOutdated || Date.now() - drawnAt >= maxFrameAgeMs) redraw();
  };
  const ticking = setInterval(tick, options.frameMs ?? defaultFrameMs);
  return {
    update: () => {
      isOutdated = true;
    },
    print: (lines) => {
      printed += lines;
    },
    async close(last) {
      clearInterval(ticking);
      sizeWatch.close();
      if (printed) write?.(printed);
      if (last === undefined) redraw();
      else ink.clear();
      ink.unmount();
      await ink.waitUntilExit();
      if (last !== undefined) stream.write(last);
    },
  };
}

/** Returns the handler of Ink's inputs, which calls `redraw` after each key. */
const createInputHandler =
  (onKey: (key: Key) => void, redraw: () => void) => (input: string, inkKey: InkKey) => {
    const key = parseKey(input, inkKey);
    if (key === undefined) return;
    onKey(key);
    redraw();
  };

/** Erases the rows that Ink does not know: it erases the lines that it drew, but a narrower terminal has wrapped them into more rows. */
function eraseWrappedRows(
  stream: NodeJS.WriteStream,
  { frame, before, size }: { frame: ReactElement; before: Size; size: Size },
): void {
  const wrapped = countRows(frame, before, size) - countRows(frame, before, before);
  if (wrapped > 0) stream.write(`\u001b[${wrapped}A\u001b[J`);
}

/**
 * Reads the size of the terminal, and emits `resize` if it has changed. Without this, a frame drawn after the terminal has wrapped the
 * old one, and before the signal of the resize arrives, would overwrite the wrong rows. Node calls the method at that signal.
 */
function refreshSize(stream: NodeJS.WriteStream & { _refreshSize?: () => void }): void {
  stream._refreshSize?.();
}

/** The size of the terminal. A stream that is not a terminal has none. */
const streamSize = ({ columns, rows }: Partial<Size>): Size => ({
  columns: columns ?? 80,
  rows: rows ?? 24,
});

/** Counts the rows that a frame drawn for one size takes on a screen of another size. */
function countRows(frame: ReactElement, drawnFor: Size, on: Size): number {
  const lines = stripVTControlCharacters(renderToString(frame, drawnFor)).split('\n');
  return lines.reduce((sum, { length }) => sum + Math.max(1, Math.ceil(length / on.columns)), 0);
}

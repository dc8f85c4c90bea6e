import { stripVTControlCharacters } from 'node:util';
import { render, renderToString } from 'ink';
import { createElement, type ReactElement } from 'react';
import { type Key, Screen } from './screen.tsx';

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
  const pressed = onKey && ((key: Key) => [onKey(key), redraw()]);
  const screen = () =>
    createElement(Screen, { onKey: pressed, onReady, onSuspend, frame: frame(size) });
  const ink = render(screen(), {
    stdout: stream,
    ...(options.keyboard && { stdin: options.keyboard }),
    exitOnCtrlC: false,
    maxFps: 10,
    incrementalRendering: true,
  });
  function redraw(): void {
    drawnAt = Date.now();
    isOutdated = false;
    ink.rerender(screen());
  }
  const tick = () => {
    if (suspended) return;
    if (printed) write?.(printed);
    printed = '';
    if (isOutdated || Date.now() - drawnAt >= maxFrameAgeMs) redraw();
  };
  const onResize = () => {
    const before = size;
    size = streamSize(stream);
    if (size.columns < before.columns) {
      // Ink erases the lines that it drew, but a narrower terminal has wrapped them into more rows.
      const wrapped =
        countRows(frame(before), before, size) - countRows(frame(before), before, before);
      ink.clear();
      if (wrapped > 0) stream.write(`\u001b[${wrapped}A\u001b[J`);
    }
    redraw();
  };
  // Runs before Ink's listener, so that Ink draws the frame of the new size.
  stream.prependListener('resize', onResize);
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
      stream.off('resize', onResize);
      if (printed) write?.(printed);
      if (last === undefined) redraw();
      else ink.clear();
      ink.unmount();
      await ink.waitUntilExit();
      if (last !== undefined) stream.write(last);
    },
  };
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

import { stripVTControlCharacters } from 'node:util';
import { render, renderToString } from 'ink';
import { createElement, type ReactElement } from 'react';
import { type Key, Screen } from './screen.tsx';

const frameMs = 150;

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Drawn {
  readonly stream: NodeJS.WriteStream;
  /** How long a frame stands at most, ms; one that is out of date stands no longer than it takes to draw the next. */
  readonly standMs?: number;
  /** How long it takes to draw the next frame, ms. */
  readonly frameMs?: number;
  /** Where keys are read from; absent for stdin. */
  readonly keyboard?: NodeJS.ReadStream | undefined;
  /** Absent where keys are not read; an interrupt is then a signal of the terminal. */
  readonly onKey?: (key: Key) => void;
}

export interface Drawing {
  /** Says that the frame is out of date. */
  readonly update: () => void;
  /** Leaves lines on the screen above the frame. */
  readonly print: (lines: string) => void;
  /** Stops drawing; `last` is left on the screen, else the frame as it is now. */
  readonly close: (last?: string) => Promise<void>;
}

/** Draws `frame` in place, again and again, until closed. */
export function draw(frame: (size: Size) => ReactElement, options: Drawn): Drawing {
  const { stream, standMs = frameMs, onKey } = options;
  let size = sizeOf(stream);
  let drawnAt = 0;
  let isOld = false;
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
    isOld = false;
    ink.rerender(screen());
  }
  const tick = () => {
    if (suspended) return;
    if (printed) write?.(printed);
    printed = '';
    if (isOld || Date.now() - drawnAt >= standMs) redraw();
  };
  const onResize = () => {
    const before = size;
    size = sizeOf(stream);
    if (size.columns < before.columns) {
      // Ink erases the lines it drew; a terminal that got narrower has wrapped them into more rows.
      const wrapped = rowsOf(frame(before), before, size) - rowsOf(frame(before), before, before);
      ink.clear();
      if (wrapped > 0) stream.write(`\u001b[${wrapped}A\u001b[J`);
    }
    redraw();
  };
  // Before Ink's own listener, so that it finds the frame of the new size.
  stream.prependListener('resize', onResize);
  const ticking = setInterval(tick, options.frameMs ?? frameMs);
  return {
    update: () => {
      isOld = true;
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

/** A stream that is made live and is no terminal knows no size. */
const sizeOf = ({ columns, rows }: Partial<Size>): Size => ({
  columns: columns ?? 80,
  rows: rows ?? 24,
});

/** The rows that a frame drawn for one size takes on a screen of another. */
function rowsOf(frame: ReactElement, drawnFor: Size, on: Size): number {
  const lines = stripVTControlCharacters(renderToString(frame, drawnFor)).split('\n');
  return lines.reduce((sum, { length }) => sum + Math.max(1, Math.ceil(length / on.columns)), 0);
}

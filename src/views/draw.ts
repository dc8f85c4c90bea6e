import { stripVTControlCharacters } from 'node:util';
import { render, renderToString } from 'ink';
import type { ReactElement } from 'react';

const frameMs = 150;

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Draws `frame` in place, again and again, until closed. Keys are not read: an interrupt is a signal, for the command. */
export function draw(frame: (size: Size) => ReactElement, stream: NodeJS.WriteStream) {
  let size = sizeOf(stream);
  const ink = render(frame(size), {
    stdout: stream,
    exitOnCtrlC: false,
    maxFps: 10,
    incrementalRendering: true,
  });
  const onResize = () => {
    const before = size;
    size = sizeOf(stream);
    if (size.columns < before.columns) {
      // Ink erases the lines it drew; a terminal that got narrower has wrapped them into more rows.
      const wrapped = rowsOf(frame(before), before, size) - rowsOf(frame(before), before, before);
      ink.clear();
      if (wrapped > 0) stream.write(`\u001b[${wrapped}A\u001b[J`);
    }
    ink.rerender(frame(size));
  };
  // Before Ink's own listener, so that it finds the frame of the new size.
  stream.prependListener('resize', onResize);
  const ticking = setInterval(() => ink.rerender(frame(size)), frameMs);
  return {
    /** Stops drawing; `last` is left on the screen, else the frame as it is now. */
    async close(last?: string): Promise<void> {
      clearInterval(ticking);
      stream.off('resize', onResize);
      if (last === undefined) ink.rerender(frame(size));
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

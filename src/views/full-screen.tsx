import { type Key as InkKey, render } from 'ink';
import type { Size } from './draw.ts';
import { LinePainter } from './line-painter.ts';
import { keyNames, Screen } from './screen.tsx';

/** Interval of the check whether a frame has to be drawn (ms): at most ten frames per second, apart from those after a key. */
const frameMs = 100;
/** Without updates only ages and countdowns change, and they are in seconds (ms). */
const maxFrameAgeMs = 1000;

export interface FullScreenOptions {
  readonly stream: NodeJS.WriteStream;
  /** Receives a typed character, or the name of a key: `up`, `enter`, `ctrl-a`. */
  readonly onKey: (key: string) => void;
}

export interface FullScreen {
  /** Requests a new frame. */
  readonly update: () => void;
  /** Stops drawing and shows the previous content of the terminal again. */
  readonly close: () => Promise<void>;
}

/** Draws lines on the alternate screen until closed. `renderLines` returns at most as many lines as the screen has rows. */
export function openFullScreen(
  renderLines: (size: Size) => readonly string[],
  { stream, onKey }: FullScreenOptions,
): FullScreen {
  const painter = new LinePainter();
  let drawnAt = 0;
  let isOutdated = false;
  let isSuspended = false;
  function redraw(): void {
    if (isSuspended) return;
    // A terminal that does not keep up gets the newest frame later, not all frames.
    isOutdated = stream.writableNeedDrain;
    if (isOutdated) return;
    drawnAt = Date.now();
    const size = { columns: stream.columns || 80, rows: stream.rows || 24 };
    const change = painter.paint(renderLines(size));
    if (change !== '') stream.write(change);
  }
  /** Terminals keep different parts of a screen that changes its size, and a shell writes to the screen of a suspended program. */
  const redrawAll = () => {
    painter.reset();
    redraw();
  };
  const onSuspend = (now: boolean) => {
    isSuspended = now;
    redrawAll();
  };
  const onInput = (input: string, key: InkKey) => {
    const keys = parseKeys(input, key);
    for (const name of keys) onKey(name);
    if (keys.length > 0) redraw();
  };
  const ink = render(
    <Screen onInput={onInput} onReady={ignore} onSuspend={onSuspend} frame={undefined} />,
    { stdout: stream, exitOnCtrlC: false, alternateScreen: true },
  );
  const tick = () => {
    const isOld = Math.abs(Date.now() - drawnAt) >= maxFrameAgeMs;
    if (isOutdated || isOld) redraw();
  };
  // Ink's listeners, which erase its empty frame, run before.
  stream.on('resize', redrawAll);
  process.on('SIGCONT', redrawAll);
  const ticking = setInterval(tick, frameMs);
  redraw();
  return {
    update: () => {
      isOutdated = true;
    },
    async close() {
      clearInterval(ticking);
      stream.off('resize', redrawAll);
      process.off('SIGCONT', redrawAll);
      ink.unmount();
      await ink.waitUntilExit();
    },
  };
}

const ignore = () => {};

/** Ink's flags -> our names. */
const namedKeys = [...keyNames, ['leftArrow', 'left'], ['rightArrow', 'right']] as const;

const controls: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u007f': 'backspace',
  '\b': 'backspace',
};

/** Returns the keys of an input. Keys that are pressed quickly arrive as one text. */
function parseKeys(input: string, key: InkKey): string[] {
  if (key.tab) return [key.shift ? 'shift-tab' : 'tab'];
  const name = namedKeys.find(([flag]) => key[flag])?.[1];
  if (name) return [name];
  if (key.ctrl) return input ? [`ctrl-${input}`] : [];
  if (key.meta) return [];
  return Array.from(input).flatMap((letter) => {
    const control = controls[letter];
    if (control) return [control];
    return /[\p{Cc}\p{Cf}]/u.test(letter) ? [] : [letter];
  });
}

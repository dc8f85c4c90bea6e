import { applyStyle, trustedStream } from './output-guard.ts';

export type UiMode = 'auto' | 'live' | 'plain' | 'quiet';
export type Ui = Exclude<UiMode, 'auto'>;
export const uiModes: readonly UiMode[] = ['auto', 'live', 'plain', 'quiet'];

/** Properties of an output stream that decide the output mode. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Returns the requested mode. `auto` becomes `live` on a terminal that is large enough, else `plain`. It is also `plain` for a
 * screen reader, which would read a view after every redraw.
 */
export function chooseUi(mode: UiMode, screen: Screen, variables: Variables): Ui {
  if (mode !== 'auto') return mode;
  const { isTTY = false, columns = 80, rows = 24 } = screen;
  const canRedraw =
    isTTY && !usesScreenReader(variables) && !variables['CI'] && variables['TERM'] !== 'dumb';
  return canRedraw && columns >= 40 && rows >= 10 ? 'live' : 'plain';
}

/** Whether the user has set a variable for programs whose output a screen reader reads. */
export const usesScreenReader = (variables: Variables): boolean =>
  Boolean(variables['ACCESSIBLE']) || variables['INK_SCREEN_READER'] === 'true';

/** Sets FORCE_COLOR=0 if NO_COLOR is set, because Ink ignores NO_COLOR. Must run before Ink is imported. */
export function applyNoColor(variables: NodeJS.ProcessEnv): void {
  if (variables['NO_COLOR'] && !variables['FORCE_COLOR']) variables['FORCE_COLOR'] = '0';
}

/** Calls `abort` when the reader of stdout or stderr is gone. Without this, the error would crash the program. */
export function endOnBrokenPipe(abort: () => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return abort();
      if (error.code !== 'ENOSPC') throw error;
      if (stream === process.stdout) {
        process.stderr.write('✗ The output cannot be written: the disk is full.\n');
      }
      process.exit(7);
    });
  }
}

/** Returns the sign for the result of an action, colored if the stream supports colors. */
export function mark(
  kind: 'done' | 'failed' | 'note',
  stream: NodeJS.WriteStream = process.stderr,
): string {
  const [color, sign] = (
    { done: ['green', '✓'], failed: ['red', '✗'], note: ['yellow', '!'] } as const
  )[kind];
  return applyStyle(color, sign, stream);
}

/** Returns text of secondary importance, dimmed if the stream supports styles. */
export function dim(text: string, stream: NodeJS.WriteStream = process.stderr): string {
  return applyStyle('dim', text, stream);
}

/** How a command that followed something ended. */
export interface CommandEnd {
  readonly kind: 'done' | 'failed';
  readonly text: string;
  /** Command that continues, or that shows more. */
  readonly command: string;
}

/** Prints how a command that followed something ended: in the same form for all of them. */
export function printEnd({ kind, text, command }: CommandEnd): void {
  if (process.stderr.isTTY) eraseEcho();
  process.stderr.write(`${mark(kind)} ${text}\n  ${dim(command)}\n`);
}

/** Returns to the start of the line, so that the next text overwrites the ^C that the terminal has echoed. */
export function eraseEcho(): void {
  trustedStream(process.stderr).write('\r');
}

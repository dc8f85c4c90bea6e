import { styleText } from 'node:util';

export type UiMode = 'auto' | 'live' | 'plain' | 'quiet';
export type Ui = Exclude<UiMode, 'auto'>;
export const uiModes: readonly UiMode[] = ['auto', 'live', 'plain', 'quiet'];

/** What of a stream decides how to speak to it. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Live only where a person looks at a terminal that is large enough; a mode asked for always wins. A screen reader is
 * told one fact a line, as a view that redraws itself would be read again and again.
 */
export function chooseUi(mode: UiMode, screen: Screen, variables: Variables): Ui {
  if (mode !== 'auto') return mode;
  const { isTTY = false, columns = 80, rows = 24 } = screen;
  const spoken = variables['ACCESSIBLE'] || variables['INK_SCREEN_READER'] === 'true';
  const watched = isTTY && !spoken && !variables['CI'] && variables['TERM'] !== 'dumb';
  return watched && columns >= 40 && rows >= 10 ? 'live' : 'plain';
}

/** Ink's colours ignore NO_COLOR; FORCE_COLOR=0 they obey. Must run before they are loaded. */
export function obeyNoColor(variables: NodeJS.ProcessEnv): void {
  if (variables['NO_COLOR'] && !variables['FORCE_COLOR']) variables['FORCE_COLOR'] = '0';
}

/** Makes a reader that went away the quiet end of the program instead of a crash. */
export function endOnBrokenPipe(abort: () => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      abort();
    });
  }
}

/** A mark for the result of an action, coloured where the stream shows colours. */
export function mark(
  kind: 'done' | 'failed' | 'note',
  stream: NodeJS.WriteStream = process.stderr,
): string {
  const [color, sign] = (
    { done: ['green', '✓'], failed: ['red', '✗'], note: ['yellow', '!'] } as const
  )[kind];
  return styleText(color, sign, { stream });
}

/** Text that matters less. */
export function dim(text: string, stream: NodeJS.WriteStream = process.stderr): string {
  return styleText('dim', text, { stream });
}

import { stripVTControlCharacters } from 'node:util';
import { type IPty, spawn } from '@lydell/node-pty';
import type { Project } from './project.ts';

export interface TerminalSettings {
  readonly columns?: number;
  readonly rows?: number;
  readonly variables?: Readonly<Record<string, string>>;
  /** Program to run instead of the CLI, for example a shell that starts it. */
  readonly program?: string;
}

/** Length of the output in which a text may arrive in parts. It is more than the largest frame. */
const maxSplit = 16_384;

/** Runs the real CLI in a pseudo-terminal, in the project's directory. */
export function runInTerminal(
  project: Project,
  argv: readonly string[],
  { columns = 80, rows = 24, variables = {}, program = project.program }: TerminalSettings = {},
) {
  const { PATH } = process.env;
  const env = { PATH, HOME: project.root, TERM: 'xterm-256color', LANG: 'C.UTF-8', TZ: 'UTC' };
  const terminal: IPty = spawn(program, [...argv], {
    cwd: project.root,
    cols: columns,
    rows,
    env: { ...env, ...variables },
  });
  let raw = '';
  const waiting = new Set<() => void>();
  terminal.onData((text) => {
    raw += text;
    for (const check of waiting) check();
  });
  return {
    terminal,
    raw: () => raw,
    exit: new Promise<number>((resolve) => {
      terminal.onExit(({ exitCode }) => resolve(exitCode));
    }),
    /** Waits until the output after the offset `from` contains `text`. */
    until: (text: string, from = 0) =>
      new Promise<void>((resolve) => {
        let start = from;
        const check = () => {
          if (!stripVTControlCharacters(raw.slice(start)).includes(text)) {
            start = Math.max(from, raw.length - maxSplit);
            return;
          }
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}

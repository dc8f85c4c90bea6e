import { stripVTControlCharacters } from 'node:util';
import { type IPty, spawn } from '@lydell/node-pty';
import type { Project } from './project.ts';

export interface TerminalSettings {
  readonly columns?: number;
  readonly rows?: number;
  readonly variables?: Readonly<Record<string, string>>;
  /** Another program than the real one, say a shell that starts it. */
  readonly program?: string;
}

/** The real program at a terminal of its own, in the project's directory. */
export function atTerminal(
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
    /** Waits until what was written since `from` has `text` in it. */
    until: (text: string, from = 0) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (!stripVTControlCharacters(raw.slice(from)).includes(text)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}

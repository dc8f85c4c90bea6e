import headless from '@xterm/headless';
import { vi } from 'vitest';
import type { Project } from './project.ts';
import { runInTerminal, type TerminalSettings } from './terminal.ts';

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Runs the program at an emulated terminal, whose screen a test can read. */
export function runOnScreen(
  project: Project,
  argv: readonly string[],
  { columns = 80, rows = 24, ...settings }: TerminalSettings = {},
) {
  const program = runInTerminal(project, argv, { columns, rows, ...settings });
  const screen = new headless.Terminal({ cols: columns, rows, allowProposedApi: true });
  program.terminal.onData((text) => screen.write(text));
  const lines = () => {
    const { active } = screen.buffer;
    return Array.from({ length: screen.rows }, (_, row) => {
      const line = active.getLine(active.baseY + row);
      return { text: line?.translateToString(true) ?? '', isWrapped: line?.isWrapped ?? false };
    });
  };
  const text = () =>
    lines()
      .map((line) => line.text)
      .join('\n');
  return {
    ...program,
    resize: (size: Size) => {
      screen.resize(size.columns, size.rows);
      program.terminal.resize(size.columns, size.rows);
    },
    lines,
    text,
    /** Whether the program shows the alternate screen. */
    isAlternate: () => screen.buffer.active.type === 'alternate',
    /** Waits until the screen contains a text. Throws an error with the screen otherwise. */
    shows: (expected: string | RegExp) =>
      vi.waitFor(
        () => {
          const shown = text();
          const isShown =
            typeof expected === 'string' ? shown.includes(expected) : expected.test(shown);
          if (!isShown) throw new Error(`${String(expected)} is not on the screen:\n${shown}`);
        },
        { timeout: 20_000 },
      ),
  };
}

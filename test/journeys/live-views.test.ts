import headless from '@xterm/headless';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createDeployedProject } from '../support/deployed-project.ts';
import type { Project } from '../support/project.ts';
import { runInTerminal } from '../support/terminal.ts';

const sizes = [
  { columns: 200, rows: 60 },
  { columns: 40, rows: 10 },
  { columns: 80, rows: 24 },
];

let project: Project;
let orderId: string;
beforeAll(async () => {
  project = await createDeployedProject('--time-scale', '1');
  ({ orderId } = await project.runJson('submit', '--sample', 'low'));
  await project.runJson('submit', '--sample', 'payment-declined');
}, 60_000);
afterAll(() => project.close());

/** Views that update continuously, with a text that the screen contains once and a text of its last line. */
const views = [
  { argv: ['watch', 'ORDER'], once: '^awaiting-warehouse · ', last: 'q detach' },
  { argv: ['list', '--watch'], once: 'awaiting-warehouse', last: 'ctrl-c' },
  { argv: ['metrics', '--watch', '--every', '1s'], once: '^started ', last: 'ctrl-c' },
];

/** Runs the program at an emulated terminal, whose screen a test can read. */
function runOnScreen(
  argv: readonly string[],
  { columns, rows }: { columns: number; rows: number },
) {
  const program = runInTerminal(project, argv, { columns, rows });
  const screen = new headless.Terminal({ cols: columns, rows, allowProposedApi: true });
  program.terminal.onData((text) => screen.write(text));
  return {
    ...program,
    resize: (size: { columns: number; rows: number }) => {
      screen.resize(size.columns, size.rows);
      program.terminal.resize(size.columns, size.rows);
    },
    lines: () => {
      const { active } = screen.buffer;
      return Array.from({ length: screen.rows }, (_, row) => {
        const line = active.getLine(active.baseY + row);
        return { text: line?.translateToString(true) ?? '', isWrapped: line?.isWrapped ?? false };
      });
    },
  };
}

it.each(views)(
  'orders $argv fits a screen of any size, also while the size changes',
  async (view) => {
    const argv = view.argv.map((word) => (word === 'ORDER' ? orderId : word));
    const { terminal, resize, lines, raw, exit } = runOnScreen(argv, { columns: 80, rows: 24 });
    const isWhole = () => {
      const screenLines = lines();
      expect(screenLines.filter(({ isWrapped }) => isWrapped)).toEqual([]);
      const text = screenLines.map((line) => line.text).join('\n');
      expect(text.match(new RegExp(view.once, 'gm')), text).toHaveLength(1);
      expect(text).toContain(view.last);
    };
    await vi.waitFor(isWhole, { timeout: 10_000 });
    for (const size of sizes) {
      const before = raw().length;
      resize(size);
      // Wait for a frame of this size before the next change.
      await vi.waitUntil(() => raw().length > before, 10_000);
      await vi.waitFor(isWhole, { timeout: 10_000 });
    }
    terminal.write('\u0003');
    expect(await exit).toBe(130);
  },
);

import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createDeployedProject } from '../support/deployed-project.ts';
import type { Project } from '../support/project.ts';
import { runOnScreen } from '../support/screen.ts';

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
});
afterAll(() => project.close());

/** Views that update continuously, with a text that the screen contains once and a text of its last line. */
const views = [
  { argv: ['watch', 'ORDER'], once: '^awaiting-warehouse · ', last: 'q detach' },
  { argv: ['list', '--watch'], once: 'awaiting-warehouse', last: 'q stop watching' },
  { argv: ['metrics', '--watch', '--every', '1s'], once: '^started ', last: 'ctrl-c' },
];

it.each(views)(
  'orders $argv fits a screen of any size, also while the size changes',
  async (view) => {
    const argv = view.argv.map((word) => (word === 'ORDER' ? orderId : word));
    const { terminal, resize, lines, raw, exit } = runOnScreen(project, argv);
    const isWhole = () => {
      const screenLines = lines();
      expect(screenLines.filter(({ isWrapped }) => isWrapped)).toEqual([]);
      const text = screenLines.map((line) => line.text).join('\n');
      expect(text.match(new RegExp(view.once, 'gm')), text).toHaveLength(1);
      expect(text).toContain(view.last);
    };
    await vi.waitFor(isWhole, { timeout: 10_000 });
    // A window that is dragged changes its size before the program has drawn for the size before.
    for (const columns of [70, 60, 50, 40]) resize({ columns, rows: 24 });
    await vi.waitFor(isWhole, { timeout: 10_000 });
    for (const size of sizes) {
      const before = raw().length;
      resize(size);
      // Wait for a frame of this size before the next change.
      await vi.waitUntil(() => raw().length > before, 10_000);
      await vi.waitFor(isWhole, { timeout: 10_000 });
    }
    terminal.write(view.last.startsWith('q ') ? 'q' : '\u0003');
    expect(await exit).toBe(130);
  },
);

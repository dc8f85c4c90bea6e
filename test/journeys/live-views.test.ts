import headless from '@xterm/headless';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { aProject, type Project } from '../support/project.ts';
import { atTerminal } from '../support/terminal.ts';

const sizes = [
  { columns: 200, rows: 60 },
  { columns: 40, rows: 10 },
  { columns: 80, rows: 24 },
];

let project: Project;
let orderId: string;
beforeAll(async () => {
  project = aProject();
  await project.orders('local', 'start', '--time-scale', '1');
  ({ orderId } = await project.ask('submit', '--sample', 'low'));
  await project.ask('submit', '--sample', 'payment-declined');
}, 60_000);
afterAll(() => project.close());

/** Each view that goes on: something of it that stands on the screen once, and something of its end. */
const views = [
  { argv: ['watch', 'ORDER'], once: '^awaiting-warehouse · ', last: 'q stops looking' },
  { argv: ['list', '--watch'], once: 'awaiting-warehouse', last: 'ctrl-c' },
  { argv: ['metrics', '--watch', '--every', '1s'], once: '^started ', last: 'ctrl-c' },
];

/** The program at a terminal that is drawn, so that a test sees what a person does. */
function onScreen(argv: readonly string[], { columns, rows }: { columns: number; rows: number }) {
  const program = atTerminal(project, argv, { columns, rows });
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

it.each(views)('orders $argv fits a screen of any size, also while that changes', async (view) => {
  const argv = view.argv.map((word) => (word === 'ORDER' ? orderId : word));
  const { terminal, resize, lines, raw, exit } = onScreen(argv, { columns: 80, rows: 24 });
  const isWhole = () => {
    const seen = lines();
    expect(seen.filter(({ isWrapped }) => isWrapped)).toEqual([]);
    const text = seen.map(({ text: each }) => each).join('\n');
    expect(text.match(new RegExp(view.once, 'gm')), text).toHaveLength(1);
    expect(text).toContain(view.last);
  };
  await vi.waitFor(isWhole, { timeout: 10_000 });
  for (const size of sizes) {
    const before = raw().length;
    resize(size);
    // It has drawn a frame for this size before the next.
    await vi.waitUntil(() => raw().length > before, 10_000);
    await vi.waitFor(isWhole, { timeout: 10_000 });
  }
  terminal.write('\u0003');
  expect(await exit).toBe(130);
});

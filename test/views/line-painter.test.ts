import headless from '@xterm/headless';
import { expect, it } from 'vitest';
import { LinePainter } from '../../src/views/line-painter.ts';

const columns = 20;

/** A painter with an emulated terminal. */
function createScreen() {
  const painter = new LinePainter();
  const terminal = new headless.Terminal({ cols: columns, rows: 4, allowProposedApi: true });
  const write = (text: string) =>
    new Promise<void>((resolve) => {
      terminal.write(text, resolve);
    });
  const read = (row: number) => terminal.buffer.active.getLine(row)?.translateToString(true);
  return {
    painter,
    write,
    paint: (...lines: readonly string[]) => write(painter.paint(lines)),
    rows: () => [0, 1, 2, 3].map(read),
  };
}

it('leaves nothing of longer and of more lines behind', async () => {
  const { paint, rows } = createScreen();
  await paint('a long line', 'b', 'c', 'd');
  await paint('short', 'b');
  expect(rows()).toEqual(['short', 'b', '', '']);
});

it('shows a line of the whole width, and cuts a longer one', async () => {
  const { paint, rows } = createScreen();
  const whole = 'x'.repeat(columns);
  await paint(whole, `${whole}yz`, 'next', 'last');
  expect(rows()).toEqual([whole, `${whole.slice(1)}z`, 'next', 'last']);
});

it('writes only the lines that have changed', () => {
  const { painter } = createScreen();
  painter.paint(['same', 'before']);
  const change = painter.paint(['same', 'after']);
  expect(change).toContain('after');
  expect(change).not.toContain('same');
  expect(painter.paint(['same', 'after'])).toBe('');
});

it('draws everything again after another program has written to the screen', async () => {
  const { painter, paint, write, rows } = createScreen();
  await paint('a', 'b');
  await write('\u001b[3;1Hprompt $');
  painter.reset();
  await paint('a', 'b');
  expect(rows()).toEqual(['a', 'b', '', '']);
});

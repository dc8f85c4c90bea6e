import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import type { Project } from '../support/project.ts';
import { runInTerminal } from '../support/terminal.ts';

const sizes = [
  { columns: 80, rows: 24 },
  { columns: 40, rows: 10 },
  { columns: 200, rows: 60 },
];

let project: Project;
let running: string[];
let declined: string;
beforeAll(async () => {
  project = await createDeployedProject('--time-scale', '1');
  const submit = async (sample: string) =>
    (await project.runJson('submit', '--sample', sample)).orderId as string;
  running = [await submit('low'), await submit('high')];
  declined = await submit('payment-declined');
});
afterAll(() => project.close());

// The short run draws the other sizes while the size changes.
it.each(full ? sizes : sizes.slice(0, 1))(
  'selects, opens and filters orders and detaches at $columns x $rows',
  async (size) => {
    const watching = runInTerminal(project, ['watch', ...running, declined], size);
    const { terminal, until, raw } = watching;
    const gap = size.columns < 100 ? ' ' : '  ';
    await until(`✗${gap}${declined}`);
    const press = async (keys: string, shows: string) => {
      const from = raw().length;
      terminal.write(keys);
      await until(shows, from);
    };
    await press('\u001b[B', `>${gap}${declined}`);
    await press('\r', 'process-payment: The payment was');
    await press('\u001b', 'running');
    await press('/', '/');
    await press('cust-002', '/cust-002');
    await press('\r', '1 with "cust-002"');
    terminal.write('q');
    expect(await watching.exit).toBe(130);
    const text = stripVTControlCharacters(raw());
    expect(text).toContain('Detached; 1 failed, 2 keep running');
    expect(text).toContain(`orders watch ${running.join(' ')} ${declined}`);
    // The whole table stays on the screen after the watch.
    const left = text.slice(text.lastIndexOf('2 running · 1 failed'));
    for (const id of [...running, declined]) expect(left).toContain(id);
  },
);

it('fits a screen whose size changes', async () => {
  const { terminal, until, raw, exit } = runInTerminal(project, ['watch', '--all']);
  await until('awaiting-warehouse');
  for (const { columns, rows } of [...sizes].reverse()) {
    const before = raw().length;
    terminal.resize(columns, rows);
    await until(columns < 60 ? '? help' : 'rps', before);
    // A frame that was drawn before the program knew the new size may still be in the output.
    await vi.waitFor(async () => {
      const from = raw().length;
      terminal.write('?');
      await until('ctrl-z', from);
      terminal.write('?');
      const frame = stripVTControlCharacters(raw().slice(from)).split(/\r?\n/);
      for (const line of frame) expect(line.length).toBeLessThanOrEqual(columns);
    });
  }
  terminal.write('\u0003');
  expect(await exit).toBe(130);
  expect(stripVTControlCharacters(raw())).toContain('orders watch --all');
});

/** Runs a command in a shell at a terminal, with the real program for `orders`. */
const inShell = (command: string) =>
  runInTerminal(
    project,
    ['-c', `trap : INT; ${command.replaceAll('orders ', `${project.program} `)}`],
    { program: '/bin/sh' },
  );

it('reads keys from the terminal when ids come from a pipe', async () => {
  const { terminal, until, raw, exit } = inShell('orders list --running -o id | orders watch -');
  await until('q detach');
  terminal.write('j\r');
  await until('esc back');
  terminal.write('q');
  expect(await exit).toBe(130);
  expect(stripVTControlCharacters(raw())).toContain('Detached; 2 keep running');
});

it('offers no keys without a terminal for input', async () => {
  const { terminal, until, exit, raw } = inShell('orders watch --all </dev/null');
  await until('ctrl-c detach');
  terminal.write('\u0003');
  expect(await exit).toBe(130);
  expect(stripVTControlCharacters(raw())).not.toContain('q detach');
});

it('leaves the table with all endings, and exits with their code', async () => {
  const rejected = await project.runJson('submit', '--sample', 'out-of-stock');
  const { exit, raw } = runInTerminal(project, ['watch', declined, rejected.orderId]);
  expect(await exit).toBe(10);
  const text = stripVTControlCharacters(raw());
  const left = text.slice(text.lastIndexOf('2 failed · local'));
  for (const id of [declined, rejected.orderId]) expect(left).toContain(`✗ ${id}`);
  expect(left).toContain('2 orders: 2 failed');
});

it('prints no colors and only ASCII if the terminal supports nothing else', async () => {
  const { terminal, until, raw, exit } = runInTerminal(project, ['watch', '--all'], {
    variables: { NO_COLOR: '1', TERM: 'linux' },
  });
  await until('awaiting-warehouse');
  terminal.write('\u001b[B');
  await until('> order-');
  terminal.write('q');
  expect(await exit).toBe(130);
  expect(
    raw()
      .split('\u001b')
      .filter((text) => /^\[[\d;]*m/.test(text)),
  ).toEqual([]);
  expect(raw()).not.toMatch(/[^\0-~]/);
});

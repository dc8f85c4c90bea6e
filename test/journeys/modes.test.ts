import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { full } from '../support/full.ts';
import type { Project } from '../support/project.ts';
import { openSharedProject } from '../support/shared-project.ts';
import { runInTerminal } from '../support/terminal.ts';

let project: Project;
const ids: Record<string, string> = {};

beforeAll(async () => {
  project = await openSharedProject();
  for (const sample of ['low', 'payment-declined']) {
    const { orderId } = await project.runJson('submit', '--sample', sample, '--wait');
    ids[sample] = orderId;
  }
});
afterAll(() => project.close());

interface Case {
  readonly argv: readonly string[];
  readonly exit: number;
  /** The lines of its view fit a terminal of any width. */
  readonly fits?: true;
  /** The short run does not test its view: others are like it. */
  readonly long?: true;
  /** It moves the cursor. */
  readonly live?: true;
  /** The short run tests the modes of a terminal with it. */
  readonly modes?: true;
}

/** Commands with their exit codes. `LOW` and `DECLINED` are replaced by order ids. */
const cases: readonly Case[] = [
  { argv: ['list'], exit: 0, fits: true, modes: true },
  { argv: ['list', '-o', 'wide'], exit: 0 },
  { argv: ['get', 'LOW'], exit: 0 },
  { argv: ['get', 'DECLINED'], exit: 0 },
  { argv: ['get', 'nothing-like-it'], exit: 5 },
  { argv: ['history', 'LOW'], exit: 0, fits: true, long: true },
  { argv: ['history', 'DECLINED', '--view', 'steps'], exit: 0, fits: true },
  { argv: ['history', 'LOW', '--follow'], exit: 0 },
  { argv: ['logs', 'LOW'], exit: 0 },
  { argv: ['logs', 'LOW', '--follow', '--linger', '0s'], exit: 0 },
  { argv: ['watch', 'LOW'], exit: 0, fits: true, long: true },
  { argv: ['watch', 'DECLINED'], exit: 10, fits: true, long: true },
  { argv: ['watch', 'LOW', 'DECLINED'], exit: 13, fits: true },
  {
    argv: ['submit', '--sample', 'payment-declined', '--watch'],
    exit: 10,
    live: true,
    modes: true,
  },
  { argv: ['submit', '--sample', 'low', '--wait'], exit: 0 },
  { argv: ['inventory', 'list'], exit: 0, fits: true },
  { argv: ['inventory', 'set', 'BOOK-009', '5', '--create'], exit: 0 },
  { argv: ['submit'], exit: 2 },
  { argv: ['load-test', '--count', '2'], exit: 0, fits: true },
  { argv: ['deploy'], exit: 0 },
  { argv: ['local', 'status'], exit: 0 },
  { argv: ['local', 'env'], exit: 0 },
  { argv: ['local', 'advance', '1s'], exit: 0 },
  { argv: ['help', 'time'], exit: 0 },
  { argv: ['logs', '--help'], exit: 0 },
];

const resolved = (argv: readonly string[]) =>
  argv.map(
    (word) =>
      (word === 'LOW' ? ids['low'] : word === 'DECLINED' ? ids['payment-declined'] : word) ?? '',
  );

const esc = '\u001b';
const color = new RegExp(`${esc}\\[[\\d;]*m`);
const cursorMove = new RegExp(`${esc}\\[(\\d*[ABCDHJK]|\\?25[lh])`);

const run = async (argv: readonly string[], settings: Parameters<typeof runInTerminal>[2]) => {
  const { exit, raw } = runInTerminal(project, resolved(argv), settings);
  return { code: await exit, raw: raw() };
};

describe.each(cases)('orders $argv', ({ argv, exit, fits, long, live, modes }) => {
  // Other journeys run all commands in pipes.
  it.runIf(full || (fits && !long) || live)(
    'exits with its code on a small terminal, restores the cursor, and its view fits',
    async () => {
      const { code, raw } = await run(argv, { columns: 40, rows: 10 });
      expect(code, raw).toBe(exit);
      expect(raw.lastIndexOf(`${esc}[?25h`)).toBeGreaterThanOrEqual(raw.lastIndexOf(`${esc}[?25l`));
      if (!fits) return;
      // Sentences and commands to paste may wrap.
      const wide = stripVTControlCharacters(raw)
        .split(/\r?\n/)
        .filter((line) => line.length > 40 && !/[✓✗] order-|orders[ /]/.test(line));
      expect(wide).toEqual([]);
    },
  );

  it.runIf(full || modes)('prints no colors if NO_COLOR is set', async () => {
    const { code, raw } = await run(argv, { variables: { NO_COLOR: '1' } });
    expect(code, raw).toBe(exit);
    expect(raw).not.toMatch(color);
  });

  it.runIf(full || modes)('never moves the cursor if CI is set', async () => {
    const { code, raw } = await run(argv, { variables: { CI: '1' } });
    expect(code, raw).toBe(exit);
    expect(raw).not.toMatch(cursorMove);
  });

  it.runIf(full || modes)('writes plain ASCII to a dumb terminal', async () => {
    const { code, raw } = await run(argv, { variables: { TERM: 'dumb' } });
    expect(code, raw).toBe(exit);
    expect(raw.match(/[^\r\n\t -~]/g) ?? []).toEqual([]);
  });

  it.runIf(full)(
    'exits with its code on other terminals, in a C locale and for a screen reader',
    async () => {
      expect((await run(argv, {})).code).toBe(exit);
      const { code } = await run(argv, { columns: 200, rows: 60 });
      expect(code).toBe(exit);
      const inC = await run(argv, { variables: { LC_ALL: 'C' } });
      expect(inC.code).toBe(exit);
      expect(stripVTControlCharacters(inC.raw).match(/[^\r\n\t -~]/g) ?? []).toEqual([]);
      const accessible = await run(argv, { variables: { ACCESSIBLE: '1' } });
      expect(accessible.code).toBe(exit);
      expect(accessible.raw).not.toMatch(cursorMove);
    },
  );

  it.runIf(full || modes)(
    'writes no escape sequences into a pipe, and needs no stdin',
    async () => {
      const { code, stdout, stderr } = await project.orders(...resolved(argv));
      expect(code, stderr).toBe(exit);
      expect(stdout + stderr).not.toContain(esc);
    },
  );
});

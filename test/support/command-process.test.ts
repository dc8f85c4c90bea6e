import { rmSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { runCommand, runProgram } from './command-process.ts';
import { makeProject } from './project-files.ts';

const cwd = makeProject();
afterAll(() => rmSync(cwd, { recursive: true }));

const request = (line: string, variables: Readonly<Record<string, string>> = {}) => ({
  argv: line.split(' '),
  cwd,
  env: { PATH: process.env['PATH'], HOME: cwd, TZ: 'UTC', ...variables },
});

const lines = ['env show --json', 'get --help', 'lst', 'get --bogus --json'];

it.each(lines)('runs orders %s repeatedly with the result of the program', async (line) => {
  const expected = withoutTimes(await runProgram(request(line)));
  expect(withoutTimes(await runCommand(request(line)))).toBe(expected);
  expect(withoutTimes(await runCommand(request(line)))).toBe(expected);
});

it('runs each command with its own variables, also at the same time', async () => {
  const modes = ['one', 'two', 'three'];
  const outcomes = await Promise.all(
    modes.map((mode) => runCommand(request('list', { ORDERS_UI: mode }))),
  );
  expect(outcomes.map(({ stderr }) => /--ui=(\w+)/.exec(stderr)?.[1])).toEqual(modes);
});

const withoutTimes = (outcome: object) =>
  JSON.stringify(outcome).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');

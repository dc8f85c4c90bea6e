import {
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { doctorSchema } from '../../src/cli/schemas/doctor.ts';
import { checkNames } from '../../src/deploy/doctor/examine.ts';
import { startDeployed } from '../support/deployed-project.ts';
import { createProject, type Project } from '../support/project.ts';

let project: Project;
beforeAll(() => {
  project = createProject();
});
afterAll(() => project.close());

const examine = async (...argv: string[]) => {
  const { code, stdout } = await project.orders('doctor', ...argv, '--json');
  const findings = v.parse(doctorSchema, JSON.parse(stdout).data);
  const states = Object.fromEntries(findings.map(({ about, state }) => [about, state]));
  return { code, findings, states };
};
const find = async (about: string) => {
  const { code, findings } = await examine('--check', about);
  const [found] = findings.filter((finding) => finding.about === about);
  return { code, ...found };
};

/** Returns all files of the project with their modification times. */
function files(): string[] {
  const own = readdirSync(project.root, { withFileTypes: true })
    .filter((entry) => !entry.isSymbolicLink())
    .map(({ name }) => name);
  const names = own.flatMap((name) =>
    statSync(join(project.root, name)).isDirectory()
      ? readdirSync(join(project.root, name), { recursive: true, encoding: 'utf8' }).map((file) =>
          join(name, file),
        )
      : [name],
  );
  return names.map((name) => `${name} ${statSync(join(project.root, name)).mtimeMs}`).sort();
}

it('reports what is missing, with the command to create it, and writes no file', async () => {
  const before = files();
  const { code, findings } = await examine();
  expect(code).toBe(30);
  expect(findings.at(-1)).toEqual({
    group: 'runtime',
    about: 'runtime',
    state: 'error',
    message: 'never started',
    fix: 'orders deploy',
  });
  const { stderr } = await project.orders('doctor');
  expect(stderr).toBe('1 error; not checked: account, stack, orders\n');
  expect(files()).toEqual(before);
});

it('reports a missing template', async () => {
  const template = join(project.root, 'template.yaml');
  renameSync(template, `${template}.away`);
  expect(await find('build')).toMatchObject({
    code: 30,
    message: `${template} does not exist`,
    fix: 'restore the file',
  });
  renameSync(`${template}.away`, template);
});

it('reports a missing stack', async () => {
  await project.orders('local', 'start');
  const { code, findings } = await examine('--check', 'alias');
  expect(code).toBe(30);
  expect(findings).toEqual([
    {
      group: 'stack',
      about: 'stack',
      state: 'error',
      message: 'lambda-durable-order-processing does not exist',
      fix: 'orders deploy',
    },
  ]);
});

it('reports no problems for a complete project, in one line per check, grouped', async () => {
  await project.orders('local', 'reset', '--yes');
  await startDeployed(project);
  const { code, states } = await examine();
  expect(code).toBe(0);
  expect(states).toEqual(Object.fromEntries(checkNames.map((name) => [name, 'ok'])));
  const { stdout, stderr } = await project.orders('doctor');
  const lines = stdout.trimEnd().split('\n');
  expect(lines.filter((line) => line.startsWith('  ✓ '))).toHaveLength(checkNames.length);
  expect(lines.filter((line) => !line.startsWith(' '))).toEqual([
    'This machine',
    'Local runtime',
    'Account',
    'Stack',
    'Orders',
  ]);
  expect(stderr).toBe('No problems found\n');
});

it('warns of injected faults, which do not count as errors', async () => {
  await project.orders('local', 'start', '--inject', 'sqs:throttle=100%');
  expect(await find('runtime')).toMatchObject({
    code: 0,
    state: 'warning',
    message: 'faults are injected: sqs:throttle=100%',
    fix: 'orders local start --inject none',
  });
  await project.orders('local', 'start', '--inject', 'none');
});

it('distinguishes a runtime of another build, a stopped and a killed one, and starts none', async () => {
  const state = join(project.root, '.orders/local/runtime.json');
  const running = JSON.parse(readFileSync(state, 'utf8'));
  // The runtime restores a file that it cannot read, so it must never find a half-written file.
  const replaceState = (changed: object) => {
    writeFileSync(`${state}.new`, JSON.stringify(changed));
    renameSync(`${state}.new`, state);
  };
  replaceState({ ...running, build: 'another' });
  expect(await find('runtime')).toMatchObject({ code: 0, state: 'warning' });
  replaceState({ ...running, url: 'http://127.0.0.1:9' });
  expect(await find('runtime')).toMatchObject({
    code: 30,
    message: `process ${running.pid} does not respond at http://127.0.0.1:9`,
  });
  replaceState(running);
  await project.orders('local', 'stop');
  const before = files();
  expect(await find('runtime')).toMatchObject({
    code: 30,
    message: 'stopped: its stack and orders cannot be checked',
    fix: 'orders local start',
  });
  expect(await find('store')).toMatchObject({ code: 0, state: 'ok' });
  expect(files()).toEqual(before);
  await project.orders('local', 'start');
  await project.killRuntime();
  expect((await find('runtime')).message).toMatch('killed');
  await project.orders('local', 'start');
  await project.orders('local', 'stop');
});

it('reports a large store and an inconsistent one', async () => {
  const store = join(project.root, '.orders/local/state.sqlite');
  const bytes = readFileSync(store);
  // A sparse file occupies no disk space.
  truncateSync(store, 1.1e9);
  expect(await find('store')).toMatchObject({
    code: 0,
    state: 'warning',
    message: expect.stringContaining('large: 1.1 GB'),
    fix: 'orders local reset',
  });
  const page = 4096;
  const bad = [bytes.subarray(0, 2 * page), Buffer.alloc(page, 7), bytes.subarray(3 * page)];
  writeFileSync(store, Buffer.concat(bad));
  expect(await find('store')).toMatchObject({
    code: 30,
    state: 'error',
    fix: 'orders local status --check',
  });
  writeFileSync(store, bytes);
});

it('reports the sign-in command without credentials, and the names of the checks', async () => {
  const environments = { dev: { region: 'eu-west-1', stack: 'orders-dev', profile: 'nobody' } };
  writeFileSync(join(project.root, 'orders.config.json'), JSON.stringify({ environments }));
  const { code, findings } = await examine('-e', 'dev');
  expect(code).toBe(30);
  expect(findings.find(({ about }) => about === 'credentials')).toMatchObject({
    state: 'error',
    fix: 'aws sso login --profile nobody',
  });
  const unknown = await project.orders('doctor', '--check', 'weather');
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('dead-letters');
});

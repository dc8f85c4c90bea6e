import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDeployedProject } from '../support/deployed-project.ts';
import type { Project } from '../support/project.ts';
import { repository } from '../support/project-files.ts';

let project: Project;
let orderId: string;

beforeAll(async () => {
  project = await createDeployedProject();
  orderId = (
    await project.orders('submit', '--sample', 'invalid', '--wait', '-o', 'id')
  ).stdout.trim();
});
afterAll(() => project.close());

const recorder = fileURLToPath(new URL('record-modules.mjs', import.meta.url));

/** Runs a command. Returns the files of the program that it loaded, and the packages whose code they contain. */
async function recordLoaded(...argv: string[]) {
  const list = join(project.root, 'modules');
  rmSync(list, { force: true });
  const env = { NODE_OPTIONS: `--import=${recorder}`, MODULES: list };
  await project.with(env).orders(...argv);
  const files = readFileSync(list, 'utf8')
    .trim()
    .split('\n')
    .map((url) => fileURLToPath(url))
    .filter((file) => file !== recorder);
  const dist = join(repository, 'dist');
  const table: Readonly<Record<string, string[]>> = JSON.parse(
    readFileSync(join(dist, 'maps/packages.json'), 'utf8'),
  );
  return { files, packages: new Set(files.flatMap((file) => table[relative(dist, file)] ?? [])) };
}

const clients = (packages: ReadonlySet<string | undefined>) =>
  [...packages].filter((name) => name?.startsWith('@aws-sdk/client-'));

it('loads only its entry point for --version', async () => {
  const { files } = await recordLoaded('--version');
  expect(files.map((file) => file.split('/').at(-1))).toEqual(['main.js']);
});

it.each(['--help', 'get --help', 'get --nope', 'gett'])(
  'loads no SDK client, no Ink and no React for orders %s',
  async (line) => {
    const { packages } = await recordLoaded(...line.split(' '));
    expect(packages).toContain('@oclif/core');
    expect(
      [...packages].filter((name) => /^(@aws-sdk|@smithy|ink|react)/.test(name ?? '')),
    ).toEqual([]);
  },
);

it('loads only the SDK client that a command uses, and Ink only on a terminal', async () => {
  const get = await recordLoaded('get', orderId);
  expect(clients(get.packages)).toEqual(['@aws-sdk/client-dynamodb']);
  const submit = await recordLoaded('submit', '--sample', 'low');
  expect(clients(submit.packages)).toEqual(['@aws-sdk/client-lambda']);
  const wait = await recordLoaded('submit', '--sample', 'invalid', '--watch');
  for (const { packages } of [get, submit, wait]) {
    expect(packages).not.toContain('ink');
    expect(packages).not.toContain('react');
  }
});

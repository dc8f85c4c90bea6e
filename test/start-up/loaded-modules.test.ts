import { readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Project } from '../support/project.ts';
import { repository } from '../support/project-files.ts';
import { openSharedProject } from '../support/shared-project.ts';

let project: Project;
let orderId: string;

beforeAll(async () => {
  project = await openSharedProject();
  orderId = (
    await project.orders('submit', '--sample', 'invalid', '--wait', '-o', 'id')
  ).stdout.trim();
});
afterAll(() => project.close());

const recorder = fileURLToPath(new URL('record-modules.mjs', import.meta.url));

const records = new Map<string, ReturnType<typeof record>>();

/**
 * Runs a command, once however many tests ask for it. Returns the files of the program that it loaded, their size, the packages whose code
 * they contain, and Node's modules.
 */
function recordLoaded(...argv: string[]): ReturnType<typeof record> {
  const line = argv.join(' ');
  const recorded = records.get(line) ?? record(...argv);
  records.set(line, recorded);
  return recorded;
}

async function record(...argv: string[]) {
  const list = join(project.root, 'modules');
  rmSync(list, { force: true });
  const env = { NODE_OPTIONS: `--import=${recorder}`, MODULES: list };
  await project.with(env).orders(...argv);
  const urls = readFileSync(list, 'utf8').trim().split('\n');
  const files = urls
    .filter((url) => url.startsWith('file:'))
    .map((url) => fileURLToPath(url))
    .filter((file) => file !== recorder);
  const dist = join(repository, 'dist');
  const table: Readonly<Record<string, string[]>> = JSON.parse(
    readFileSync(join(dist, 'maps/packages.json'), 'utf8'),
  );
  return {
    files,
    bytes: files.reduce((sum, file) => sum + statSync(file).size, 0),
    packages: new Set(files.flatMap((file) => table[relative(dist, file)] ?? [])),
    builtins: urls.filter((url) => url.startsWith('node:')),
  };
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

it.each([
  ['--help', 6, 230_000],
  ['get', 15, 690_000],
  ['list', 15, 690_000],
  ['submit', 15, 720_000],
])('loads few files for orders %s', async (name, maxFiles, maxBytes) => {
  const rest: Readonly<Record<string, string[]>> = { get: [orderId], submit: ['--sample', 'low'] };
  const { files, bytes } = await recordLoaded(name, ...(rest[name] ?? []));
  expect(files.length, files.join('\n')).toBeLessThanOrEqual(maxFiles);
  expect(bytes).toBeLessThan(maxBytes);
});

it("loads Node's modules for requests only when it sends one, and TLS only for https", async () => {
  const slow = ['node:child_process', 'node:crypto', 'node:http', 'node:https', 'node:zlib'];
  const help = await recordLoaded('--help');
  expect(help.builtins.filter((name) => slow.includes(name))).toEqual([]);
  const get = await recordLoaded('get', orderId);
  expect(get.builtins).toContain('node:http');
  expect(get.builtins.filter((name) => /^node:(https|tls|child_process)$/.test(name))).toEqual([]);
});

it('loads no modules for stdin, compression and web streams to send a request', async () => {
  const unused = /^node:(readline|zlib|internal\/webstreams\/readablestream)$/;
  const commands = [
    ['get', orderId],
    ['submit', '--sample', 'low'],
    ['list', '--limit', '1'],
  ];
  for (const argv of commands) {
    const { builtins } = await recordLoaded(...argv);
    expect(builtins.filter((name) => unused.test(name))).toEqual([]);
  }
});

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

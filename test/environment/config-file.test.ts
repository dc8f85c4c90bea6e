import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listUnknownKeys, readConfig, updateConfig } from '../../src/environment/config-file.ts';
import {
  changeEnvironment,
  createEnvironment,
  listEnvironments,
  removeEnvironment,
  renameEnvironment,
  setDefaultEnvironment,
} from '../../src/environment/known-environments.ts';
import { resolveTarget } from '../../src/environment/resolve-target.ts';

let root: string;
const file = () => join(root, 'orders.config.json');
const write = (text: string) => writeFileSync(file(), text);
const read = () => JSON.parse(readFileSync(file(), 'utf8'));
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'orders-config-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const environment = (entry: string) => `{"environments": {"prod": ${entry}}}`;

it.each([
  ['a trailing comma', '{"environments": {},\n}', 'line 2, column 1: expected a key'],
  ['a missing end', '{"environments": {', 'line 1, column 19: expected a key'],
  ['single quotes', "{'environments': {}}", 'line 1, column 2: expected a key'],
  ['a comment', '{\n  // prod\n}', 'line 2, column 3: expected a key'],
  ['an empty file', '', 'line 1, column 1: the text is empty'],
  ['text after the end', '{} {}', 'line 1, column 4: unexpected "{"'],
  ['a merge conflict', '<<<<<<< HEAD\n{}', 'line 1, column 1: expected a value'],
  ['a bare word', '{"defaultEnvironment": prod}', 'line 1, column 24: expected a value'],
  ['a repeated key', '{"environments": {"a": {}, "a": {}}}', 'column 28: the key "a" is repeated'],
  ['a line break in a text', '{"a": "b\nc"}', 'line 1, column 7: expected a value'],
  ['a list', '[]', 'must contain a JSON object'],
  ['a list of environments', '{"environments": []}', '"environments" must be an object'],
  ['a mistyped key', environment('{"regoin": "eu-west-1"}'), 'Did you mean "region"?'],
  ['a mistyped section', '{"enviroments": {}}', 'Did you mean "environments"?'],
  ['a text for a flag', environment('{"protected": "true"}'), 'prod.protected" must be true or'],
  ['an invalid region', environment('{"region": "Ireland"}'), 'prod.region" must be an AWS region'],
  ['an invalid endpoint', environment('{"endpoint": "notaurl"}'), 'prod.endpoint" must be a URL'],
  ['an invalid stack', environment('{"stack": "my_stack"}'), 'prod.stack" must be a stack name'],
  ['a path as a name', '{"environments": {"../../x": {}}}', 'invalid name of an environment: "../'],
  ['an absolute name', '{"environments": {"/etc/x": {}}}', 'an environment: "/etc/x"'],
  ['an inherited name', '{"environments": {"__proto__": {}}}', 'an environment: "__proto__"'],
  ['a control character in a name', '{"environments": {"a\\u0000b": {}}}', '"a\\u0000b"'],
  ['a long name', `{"environments": {"${'a'.repeat(65)}": {}}}`, 'invalid name of an environment'],
  ['deep values', `{"owner": ${'['.repeat(100_000)}`, 'more than 200 nested values'],
  ['a number for a stack', environment('{"stack": 5}'), 'prod.stack" must be a stack name'],
])('rejects a file with %s, and does not write over it', (_, text, problem) => {
  write(text);
  const changes = [
    () => readConfig(root),
    () => setDefaultEnvironment(root, 'local'),
    () => removeEnvironment(root, 'prod'),
    () => createEnvironment(root, 'dev', { region: 'eu-west-1' }),
  ];
  for (const change of changes) {
    expect(change).toThrow(
      expect.objectContaining({ exit: 3, message: expect.stringContaining(problem) }),
    );
  }
  expect(readFileSync(file(), 'utf8')).toBe(text);
});

it('rejects a path that is not a file', () => {
  mkdirSync(file());
  expect(() => updateConfig(root, () => ({}))).toThrow(/cannot be read: EISDIR/);
});

it('accepts a byte order mark and CRLF', () => {
  write('\uFEFF{\r\n"defaultEnvironment": "local"\r\n}\r\n');
  expect(readConfig(root)).toEqual({ defaultEnvironment: 'local' });
});

it('keeps unknown content and reports keys without a meaning', async () => {
  write('{"$schema": "x", "owner": "ann", "environments": {"dev": {"team": "shop", "//": "hi"}}}');
  setDefaultEnvironment(root, 'dev');
  changeEnvironment(root, 'dev', { region: 'eu-west-3' });
  expect(read()).toEqual({
    $schema: 'x',
    owner: 'ann',
    defaultEnvironment: 'dev',
    environments: { dev: { team: 'shop', '//': 'hi', region: 'eu-west-3' } },
  });
  const notes = [
    'orders.config.json: the key "owner" has no meaning',
    'orders.config.json: the key "environments.dev.team" has no meaning',
  ];
  expect(listUnknownKeys(readConfig(root), 'dev')).toEqual(notes);
  const { warnings } = await resolveTarget({}, { cwd: root, variables: {} });
  expect(warnings).toEqual(notes);
});

it('does not write an environment that a command only resolves', async () => {
  write(environment('{"region": "us-east-1", "stack": "orders-prod", "protected": true}'));
  const before = readFileSync(file(), 'utf8');
  const flags = { region: 'eu-west-9', stack: 'oops', create: true };
  for (const env of ['prod', 'dev']) {
    await resolveTarget({ ...flags, env }, { cwd: root, variables: {} });
  }
  expect(readFileSync(file(), 'utf8')).toBe(before);
});

it('adds, changes and renames an environment', () => {
  createEnvironment(root, 'dev', { region: 'eu-west-1', stack: 'orders-dev', protected: true });
  setDefaultEnvironment(root, 'dev');
  expect(() => createEnvironment(root, 'dev', {})).toThrow('Environment "dev" already exists.');
  changeEnvironment(root, 'dev', { stack: 'orders-2', protected: false });
  renameEnvironment(root, 'dev', 'staging');
  expect(read()).toEqual({
    defaultEnvironment: 'staging',
    environments: { staging: { region: 'eu-west-1', stack: 'orders-2', protected: false } },
  });
  expect(listEnvironments(root, {})).toContainEqual({
    name: 'staging',
    region: 'eu-west-1',
    stack: 'orders-2',
    isDefault: true,
  });
});

it.each([
  ['Bad/Name', {}],
  ['..', {}],
  ['-e', {}],
  ['dev', { region: 'Ireland' }],
  ['dev', { endpoint: 'notaurl' }],
  ['dev', { endpoint: 'ftp://host' }],
  ['dev', { stack: 'my_stack' }],
])('rejects the environment %s %o, and writes no file', (name, settings) => {
  expect(() => createEnvironment(root, name, settings)).toThrow();
  expect(() => readFileSync(file())).toThrow('ENOENT');
});

it.each(['region', 'profile', 'endpoint'])(
  'rejects --%s for the local environment',
  async (key) => {
    write('{}');
    const value = { region: 'eu-west-1', profile: 'nope', endpoint: 'http://127.0.0.1:1' }[key];
    const ensureRuntime = async () => ({ url: 'http://127.0.0.1:4999', timeScale: 60 });
    const resolve = (variables: Record<string, string>) =>
      resolveTarget({ [key]: value }, { cwd: root, variables, ensureRuntime });
    await expect(resolve({})).rejects.toThrow(`--${key} does not apply to the local environment`);
    // A variable is meant for the other environments.
    if (key !== 'endpoint') await resolve({ [`ORDERS_${key.toUpperCase()}`]: String(value) });
  },
);

it('names the host that a configured endpoint sends requests to, unless it is this machine', async () => {
  const warnings = async (endpoint: string, flags = {}) => {
    write(JSON.stringify({ environments: { dev: { endpoint } } }));
    const target = await resolveTarget({ env: 'dev', ...flags }, { cwd: root, variables: {} });
    return target.warnings;
  };
  const elsewhere = 'https://aws.example:8443/path';
  expect(await warnings(elsewhere)).toEqual([
    'orders.config.json sends the requests of "dev" to https://aws.example:8443',
  ]);
  expect(await warnings(elsewhere, { endpoint: elsewhere })).toEqual([]);
  for (const here of ['http://127.0.0.1:4566', 'http://localhost:4566', 'http://[::1]:1']) {
    expect(await warnings(here)).toEqual([]);
  }
  expect(await warnings('http://127.0.0.1.attacker.example')).toHaveLength(1);
});

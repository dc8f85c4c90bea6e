import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Credentials, sessionLifetimeMs } from '../../../src/local/iam/credentials.ts';
import {
  findProjectCredentials,
  loadSecret,
} from '../../../src/local/runtime/project-credentials.ts';
import { startRuntime } from '../../../src/local/runtime/runtime.ts';
import { signedFetch } from '../../support/credentials.ts';
import { createCall } from '../../support/service-calls.ts';

let directory: string;
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'credentials-')), 'local');
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true }));

const mode = (path: string) => statSync(path).mode & 0o777;

describe('the secret of a project', () => {
  it('is created once, for its owner alone', () => {
    expect(findProjectCredentials(directory)).toBeUndefined();
    const secret = loadSecret(directory);
    expect(secret).toHaveLength(32);
    expect(loadSecret(directory)).toEqual(secret);
    expect([mode(directory), mode(join(directory, 'secret'))]).toEqual([0o700, 0o600]);
    expect(readdirSync(directory)).toEqual(['secret']);
  });

  it('is closed to other users if the folder or the file was open', () => {
    mkdirSync(directory, { mode: 0o777 });
    const secret = loadSecret(directory);
    chmodSync(directory, 0o755);
    chmodSync(join(directory, 'secret'), 0o644);
    expect(loadSecret(directory)).toEqual(secret);
    expect([mode(directory), mode(join(directory, 'secret'))]).toEqual([0o700, 0o600]);
  });

  it('is not used if it was shortened', () => {
    loadSecret(directory);
    writeFileSync(join(directory, 'secret'), '');
    expect(() => loadSecret(directory)).toThrow(/secret is damaged/);
    expect(findProjectCredentials(directory)).toBeUndefined();
  });

  it('differs between projects, and so do the keys', () => {
    const other = `${directory}-2`;
    const [a, b] = [directory, other].map((path) => {
      loadSecret(path);
      return findProjectCredentials(path);
    });
    expect(a?.accessKeyId).toMatch(/^AKIALOCAL[A-Z2-7]{11}$/);
    expect(a?.secretAccessKey).toMatch(/^[\w-]{40}$/);
    expect(a?.accessKeyId).not.toBe(b?.accessKeyId);
    expect(a?.secretAccessKey).not.toBe(b?.secretAccessKey);
  });
});

describe('credentials', () => {
  const secret = Buffer.alloc(32, 3);
  let now = 0;
  const keys = new Credentials({
    secret,
    directory: '/p',
    userNames: () => ['a', 'b'],
    now: () => now,
  });

  it('of a session are new each time and expire', () => {
    const one = keys.forSession({ role: 'worker', session: 'f' });
    now += 1;
    const two = keys.forSession({ role: 'worker', session: 'f' });
    expect(one.accessKeyId).not.toBe(two.accessKeyId);
    const caller = { kind: 'session', role: 'worker', session: 'f' };
    for (const { accessKeyId, secretAccessKey, sessionToken } of [one, two]) {
      expect(keys.find(accessKeyId, sessionToken)).toMatchObject({ caller, secretAccessKey });
    }
    expect(keys.find(one.accessKeyId, two.sessionToken)).toEqual({ refusal: 'invalid-token' });
    now = sessionLifetimeMs;
    expect(keys.find(one.accessKeyId, one.sessionToken)).toEqual({ refusal: 'expired-token' });
    expect(keys.find(two.accessKeyId, two.sessionToken)).toMatchObject({ caller });
  });

  it('of users are stable and distinct', () => {
    const accessKeys = ['a', 'b'].map((name) => keys.forUser(name).accessKeyId);
    expect(new Set([...accessKeys, keys.root().accessKeyId]).size).toBe(3);
    expect(keys.find(accessKeys[1] ?? '', undefined)).toMatchObject({
      caller: { kind: 'user', name: 'b' },
    });
    expect(keys.find(keys.forUser('c').accessKeyId, undefined)).toEqual({ refusal: 'unknown-key' });
  });
});

it('keeps users, their policies and their keys across restarts of a runtime', async () => {
  const start = () => startRuntime({ directory, port: 0, timeScale: 1 });
  let runtime = await start();
  const allow = (Action: string) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
  });
  const put = async (policies: unknown, credentials = runtime.credentials) => {
    const body = JSON.stringify({ policies });
    const options = { method: 'PUT', body, credentials };
    const response = await signedFetch('runtime', `${runtime.url}/_runtime/users/observe`, options);
    return [response.status, (await response.json()) as typeof runtime.credentials] as const;
  };
  const { service, ...list } = createCall('lambda', 'GET', '/2015-03-31/functions/');
  const mayList = async (credentials: typeof runtime.credentials) => {
    const response = await signedFetch(service, `${runtime.url}${list.path}`, { credentials });
    return response.status === 200;
  };
  const [status, user] = await put([allow('sqs:*')]);
  expect(status).toBe(200);
  expect(await mayList(user)).toBe(false);
  expect(await put([allow('lambda:ListFunctions')])).toEqual([200, user]);
  expect(await mayList(user)).toBe(true);
  expect((await put([allow('*')], user))[0]).toBe(403);
  for (const policies of [undefined, {}, 'x', [1], [{ Statement: [] }], [{ Version: '1' }]]) {
    expect((await put(policies))[0]).toBe(400);
  }
  const { credentials } = runtime;
  await runtime.close();
  runtime = await start();
  expect(runtime.credentials).toEqual(credentials);
  expect(await mayList(user)).toBe(true);
  await runtime.close();
});

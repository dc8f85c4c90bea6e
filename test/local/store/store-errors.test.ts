import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, vi } from 'vitest';
import { ExecutionStore } from '../../../src/local/lambda/execution/store.ts';
import { TimerStore } from '../../../src/local/lambda/execution/timer-store.ts';
import { startRuntime } from '../../../src/local/runtime/runtime.ts';
import { checkStore } from '../../../src/local/runtime/store-check.ts';
import { isLocked, lockDirectory } from '../../../src/local/store/directory-lock.ts';
import { currentVersion } from '../../../src/local/store/schema-version.ts';
import { openStore } from '../../../src/local/store/store.ts';

const createDirectory = () => mkdtempSync(join(tmpdir(), 'orders-store-'));
const storePath = (directory: string) => join(directory, 'state.sqlite');
const readHash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Returns the directory of a runtime that was started and stopped. */
async function createUsedDirectory(): Promise<string> {
  const directory = createDirectory();
  const runtime = await startRuntime({ directory, port: 0, timeScale: 1 });
  await runtime.close();
  return directory;
}

async function createDamagedDirectory(): Promise<string> {
  const directory = await createUsedDirectory();
  const bytes = readFileSync(storePath(directory));
  // All pages except the first two are damaged, so that the header is still valid.
  writeFileSync(storePath(directory), bytes.fill(0xa5, 8192));
  return directory;
}

it.each([
  [
    'a file that is not a database',
    (path: string) => writeFileSync(path, 'x'.repeat(5000)),
    'is damaged',
  ],
  [
    'the database of another program',
    (path: string) => new DatabaseSync(path).exec('create table recipes (name text)'),
    'is not a store of this runtime',
  ],
  [
    'the store of a newer version',
    (path: string) => {
      openStore(path).close();
      new DatabaseSync(path).exec('pragma user_version = 99');
    },
    'was written by a newer version (schema 99',
  ],
])('refuses to start on %s, and does not change it', async (_, make, message) => {
  const directory = createDirectory();
  make(storePath(directory));
  const before = readHash(storePath(directory));
  await expect(startRuntime({ directory, port: 0, timeScale: 1 })).rejects.toThrow(message);
  expect(readHash(storePath(directory))).toBe(before);
});

it('finds damaged pages without writing to the store', async () => {
  const directory = await createDamagedDirectory();
  const before = readHash(storePath(directory));
  expect(checkStore(directory)?.problems.join()).toMatch(/damaged|malformed|Tree|page/i);
  expect(readHash(storePath(directory))).toBe(before);
});

it('does not start if pages that it needs are damaged', async () => {
  const directory = await createDamagedDirectory();
  await expect(startRuntime({ directory, port: 0, timeScale: 1 })).rejects.toThrow('is damaged');
});

it('acknowledges nothing after the disk is full, and keeps the acknowledged data', async () => {
  const path = storePath(createDirectory());
  const onBroken = vi.fn();
  const store = openStore(path, { onBroken });
  store.schema('create table notes (text); pragma max_page_count = 20');
  const add = (text: string) =>
    store.transact(() => store.sql('insert into notes values (?)').run(text));
  add('kept');
  await store.committed();
  expect(() => add('x'.repeat(200_000))).toThrow('the disk is full');
  await expect(store.committed()).rejects.toThrow('Acknowledged data is kept');
  expect(() => add('small')).toThrow('the disk is full');
  expect(onBroken).toHaveBeenCalledOnce();
  store.close();
  expect(openStore(path).sql('select * from notes').all()).toEqual([{ text: 'kept' }]);
});

it('reports a store that cannot be written', () => {
  const store = openStore(storePath(createDirectory()));
  store.schema('create table notes (text); pragma query_only = on');
  expect(() => store.transact(() => store.sql("insert into notes values ('a')").run())).toThrow(
    'cannot be written',
  );
  store.close();
});

it('reports a store that is locked by another program', () => {
  const path = storePath(createDirectory());
  const onBroken = vi.fn();
  const store = openStore(path, { onBroken });
  const other = new DatabaseSync(path);
  other.exec('begin immediate');
  expect(() => store.transact(() => undefined)).toThrow('is locked by another program');
  expect(onBroken).toHaveBeenCalledOnce();
  other.close();
  store.close();
});

it('locks a directory for one process until the lock is released', () => {
  const directory = createDirectory();
  const lock = lockDirectory(directory);
  expect(lockDirectory(directory)).toBeUndefined();
  expect(isLocked(directory)).toBe(true);
  lock?.release();
  expect(isLocked(directory)).toBe(false);
});

it('reports a directory in which the lock cannot be opened', () => {
  const directory = createDirectory();
  mkdirSync(join(directory, 'lock'));
  expect(() => lockDirectory(directory)).toThrow('cannot be opened');
});

const closed = { started: 1000, ended: 5000, retentionDays: 2, status: 'SUCCEEDED' };

/** Creates a store in the format before schema versions, and returns its path. */
function createOldStore(statements = ''): string {
  const path = storePath(createDirectory());
  const db = new DatabaseSync(path);
  db.exec(`
    create table clock (id integer primary key, now real not null);
    create table lambda_executions (
      id text primary key, arn text not null unique, name text not null, function text not null, version text not null,
      status text not null, started real not null, running integer not null, body text not null);
    insert into lambda_executions values ('old', 'arn', 'order-1', 'shop', '1', 'SUCCEEDED', 1000, 0, '${JSON.stringify(closed)}');
    ${statements}`);
  db.close();
  return path;
}

it('migrates an older store with all its data', () => {
  const store = openStore(createOldStore());
  const executions = new ExecutionStore(store);
  new TimerStore(store);
  expect(store.sql('pragma user_version').get()).toEqual({ user_version: currentVersion });
  expect(executions.load('old')).toMatchObject(closed);
  executions.removeExpired(closed.ended + 2 * 86_400_000, 10);
  expect(executions.load('old')).toBeDefined();
  executions.removeExpired(closed.ended + 2 * 86_400_000 + 1, 10);
  expect(executions.load('old')).toBeUndefined();
  store.close();
});

it('does not change an older store whose migration fails', () => {
  const path = createOldStore(
    "insert into lambda_executions values ('bad', 'b', '', '', '', 'FAILED', 1, 0, 'no JSON');",
  );
  expect(() => openStore(path)).toThrow();
  const db = new DatabaseSync(path);
  expect(db.prepare('pragma user_version').get()).toEqual({ user_version: 0 });
  expect(db.prepare('select * from lambda_executions').all()).toHaveLength(2);
  expect(Object.keys(db.prepare('select * from lambda_executions').get() ?? {})).not.toContain(
    'expires',
  );
  db.close();
});

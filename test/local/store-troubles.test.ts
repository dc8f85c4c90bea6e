import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, vi } from 'vitest';
import { ExecutionStore } from '../../src/local/lambda/execution/store.ts';
import { TimerStore } from '../../src/local/lambda/execution/timer-store.ts';
import { startRuntime } from '../../src/local/runtime.ts';
import { claimDirectory, isClaimed } from '../../src/local/store/directory-lock.ts';
import { currentVersion } from '../../src/local/store/schema-version.ts';
import { openStore } from '../../src/local/store/store.ts';
import { checkStore } from '../../src/local/store-check.ts';

const aDirectory = () => mkdtempSync(join(tmpdir(), 'orders-store-'));
const fileIn = (directory: string) => join(directory, 'state.sqlite');
const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** The directory of a runtime that ran and was stopped. */
async function aUsedDirectory(): Promise<string> {
  const directory = aDirectory();
  const runtime = await startRuntime({ directory, port: 0, timeScale: 1 });
  await runtime.close();
  return directory;
}

async function aDamagedDirectory(): Promise<string> {
  const directory = await aUsedDirectory();
  const bytes = readFileSync(fileIn(directory));
  // Every page but the first two: the header still says that all is well.
  writeFileSync(fileIn(directory), bytes.fill(0xa5, 8192));
  return directory;
}

it.each([
  ['no database at all', (path: string) => writeFileSync(path, 'x'.repeat(5000)), 'is damaged'],
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
    'was made by a newer version (schema 99',
  ],
])('refuses to start on %s, and leaves it as it is', async (_, make, message) => {
  const directory = aDirectory();
  make(fileIn(directory));
  const before = hashOf(fileIn(directory));
  await expect(startRuntime({ directory, port: 0, timeScale: 1 })).rejects.toThrow(message);
  expect(hashOf(fileIn(directory))).toBe(before);
});

it('finds pages that are damaged, with nothing written', async () => {
  const directory = await aDamagedDirectory();
  const before = hashOf(fileIn(directory));
  expect(checkStore(directory)?.problems.join()).toMatch(/damaged|malformed|Tree|page/i);
  expect(hashOf(fileIn(directory))).toBe(before);
});

it('does not start on damaged pages that it needs', async () => {
  const directory = await aDamagedDirectory();
  await expect(startRuntime({ directory, port: 0, timeScale: 1 })).rejects.toThrow('is damaged');
});

it('acknowledges nothing any more once the disk is full, and keeps what it acknowledged', async () => {
  const path = fileIn(aDirectory());
  const onBroken = vi.fn();
  const store = openStore(path, { onBroken });
  store.schema('create table notes (text); pragma max_page_count = 20');
  const add = (text: string) =>
    store.transact(() => store.sql('insert into notes values (?)').run(text));
  add('kept');
  await store.committed();
  expect(() => add('x'.repeat(200_000))).toThrow('the disk is full');
  await expect(store.committed()).rejects.toThrow('what was acknowledged is kept');
  expect(() => add('small')).toThrow('the disk is full');
  expect(onBroken).toHaveBeenCalledOnce();
  store.close();
  expect(openStore(path).sql('select * from notes').all()).toEqual([{ text: 'kept' }]);
});

it('says that a store cannot be written', () => {
  const store = openStore(fileIn(aDirectory()));
  store.schema('create table notes (text); pragma query_only = on');
  expect(() => store.transact(() => store.sql("insert into notes values ('a')").run())).toThrow(
    'cannot be written',
  );
  store.close();
});

it('says that another program holds the store', () => {
  const path = fileIn(aDirectory());
  const onBroken = vi.fn();
  const store = openStore(path, { onBroken });
  const other = new DatabaseSync(path);
  other.exec('begin immediate');
  expect(() => store.transact(() => undefined)).toThrow('is held by another program');
  expect(onBroken).toHaveBeenCalledOnce();
  other.close();
  store.close();
});

it('lets one process at a time have a directory, for as long as it keeps it', () => {
  const directory = aDirectory();
  const claim = claimDirectory(directory);
  expect(claimDirectory(directory)).toBeUndefined();
  expect(isClaimed(directory)).toBe(true);
  claim?.release();
  expect(isClaimed(directory)).toBe(false);
});

it('says of a directory that it cannot be claimed where it cannot be written', () => {
  const directory = aDirectory();
  mkdirSync(join(directory, 'lock'));
  expect(() => claimDirectory(directory)).toThrow('cannot be opened');
});

const closed = { started: 1000, ended: 5000, retentionDays: 2, status: 'SUCCEEDED' };

/** A store as it was before stores had versions. */
function anOldStore(more = ''): string {
  const path = fileIn(aDirectory());
  const db = new DatabaseSync(path);
  db.exec(`
    create table clock (id integer primary key, now real not null);
    create table lambda_executions (
      id text primary key, arn text not null unique, name text not null, function text not null, version text not null,
      status text not null, started real not null, running integer not null, body text not null);
    insert into lambda_executions values ('old', 'arn', 'order-1', 'shop', '1', 'SUCCEEDED', 1000, 0, '${JSON.stringify(closed)}');
    ${more}`);
  db.close();
  return path;
}

it('brings an older store to the present version with everything in it', () => {
  const store = openStore(anOldStore());
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

it('leaves an older store as it was when it cannot be brought to the present version', () => {
  const path = anOldStore(
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

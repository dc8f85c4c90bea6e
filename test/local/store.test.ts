import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/local/store/store.ts';

const open: Store[] = [];
afterEach(() => {
  for (const store of open.splice(0)) store.close();
});

function aStore(sync?: () => Promise<void>) {
  const path = join(mkdtempSync(join(tmpdir(), 'orders-store-')), 'state.sqlite');
  const store = openStore(path, sync ? { sync } : {});
  open.push(store);
  store.schema('create table if not exists notes (text)');
  const add = (text: string) => store.sql('insert into notes values (?)').run(text);
  const onDisk = () => {
    const other = new DatabaseSync(path, { readOnly: true });
    const rows = other.prepare('select text from notes').all();
    other.close();
    return rows.map((row) => row['text']);
  };
  return { store, path, add, onDisk };
}

it('has everything on disk once it says committed, and not before', async () => {
  const { store, add, onDisk } = aStore();
  store.transact(() => add('a'));
  store.transact(() => add('b'));
  expect(onDisk()).toEqual([]);
  await store.committed();
  expect(onDisk()).toEqual(['a', 'b']);
});

it('takes back what failed and keeps what its neighbours wrote', async () => {
  const { store, add, onDisk } = aStore();
  store.transact(() => add('kept'));
  expect(() =>
    store.transact(() => {
      add('lost');
      throw new Error('no');
    }),
  ).toThrow('no');
  store.transact(() => add('also kept'));
  await store.committed();
  expect(onDisk()).toEqual(['kept', 'also kept']);
});

it('takes back only the inner of two nested pieces of work', async () => {
  const { store, add, onDisk } = aStore();
  store.transact(() => {
    add('outer');
    try {
      store.transact(() => {
        add('inner');
        throw new Error('no');
      });
    } catch {
      add('after');
    }
  });
  await store.committed();
  expect(onDisk()).toEqual(['outer', 'after']);
});

it('writes with every commit what asked to be', async () => {
  const { store, add, onDisk } = aStore();
  store.beforeCommit(() => add('and this'));
  store.transact(() => add('this'));
  await store.committed();
  expect(onDisk()).toEqual(['this', 'and this']);
});

it('says committed only when a sync that began after the commit has ended', async () => {
  const syncs: PromiseWithResolvers<void>[] = [];
  const { store, add } = aStore(() => {
    const sync = Promise.withResolvers<void>();
    syncs.push(sync);
    return sync.promise;
  });
  const told: string[] = [];
  const tell = (text: string) => {
    store.transact(() => add(text));
    void store.committed().then(() => told.push(text));
  };
  tell('first');
  await nextTurn();
  tell('second');
  await nextTurn();
  expect([syncs.length, told]).toEqual([1, []]);
  syncs[0]?.resolve();
  await nextTurn();
  expect([syncs.length, told]).toEqual([2, ['first']]);
  syncs[1]?.resolve();
  await nextTurn();
  expect(told).toEqual(['first', 'second']);
});

it('makes a reader wait for what it may have read', async () => {
  const sync = Promise.withResolvers<void>();
  const { store, add } = aStore(() => sync.promise);
  store.transact(() => add('seen'));
  await nextTurn();
  let answered = false;
  void store.committed().then(() => {
    answered = true;
  });
  await nextTurn();
  expect(answered).toBe(false);
  sync.resolve();
  await nextTurn();
  expect(answered).toBe(true);
});

it('acknowledges nothing any more once the disk has failed', async () => {
  const { store, add } = aStore(() => Promise.reject(new Error('input/output error')));
  store.transact(() => add('lost'));
  await expect(store.committed()).rejects.toThrow('input/output error');
  expect(() => store.transact(() => add('more'))).toThrow('input/output error');
  await expect(store.committed()).rejects.toThrow('input/output error');
});

it('gives back the room of what was deleted, a little at a time', async () => {
  const { store, path, add } = aStore();
  const text = 'x'.repeat(100_000);
  for (let row = 0; row < 200; row += 1) store.transact(() => add(text));
  await store.committed();
  store.transact(() => store.sql('delete from notes').run());
  let turns = 0;
  while (store.shrink()) {
    turns += 1;
    await store.committed();
  }
  expect(turns).toBeGreaterThan(2);
  store.sql('pragma wal_checkpoint(truncate)').all();
  expect(statSync(path).size).toBeLessThan(10 * 2 ** 20);
});

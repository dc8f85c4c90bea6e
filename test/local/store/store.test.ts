import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { openStore, type Store } from '../../../src/local/store/store.ts';

const open: Store[] = [];
afterEach(() => {
  for (const store of open.splice(0)) store.close();
});

function createStore(sync?: () => Promise<void>) {
  const path = join(mkdtempSync(join(tmpdir(), 'orders-store-')), 'state.sqlite');
  const store = openStore(path, sync ? { sync } : {});
  open.push(store);
  store.schema('create table if not exists notes (text)');
  const add = (text: string) => store.sql('insert into notes values (?)').run(text);
  const readFromDisk = () => {
    const other = new DatabaseSync(path, { readOnly: true });
    const rows = other.prepare('select text from notes').all();
    other.close();
    return rows.map((row) => row['text']);
  };
  return { store, path, add, readFromDisk };
}

it('has all changes on disk when they are committed, not earlier', async () => {
  const { store, add, readFromDisk } = createStore();
  store.transact(() => add('a'));
  store.transact(() => add('b'));
  expect(readFromDisk()).toEqual([]);
  await store.committed();
  expect(readFromDisk()).toEqual(['a', 'b']);
});

it('rolls back failed work and keeps the work before and after it', async () => {
  const { store, add, readFromDisk } = createStore();
  store.transact(() => add('kept'));
  expect(() =>
    store.transact(() => {
      add('lost');
      throw new Error('no');
    }),
  ).toThrow('no');
  store.transact(() => add('also kept'));
  await store.committed();
  expect(readFromDisk()).toEqual(['kept', 'also kept']);
});

it('rolls back only the inner of two nested transactions', async () => {
  const { store, add, readFromDisk } = createStore();
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
  expect(readFromDisk()).toEqual(['outer', 'after']);
});

it('rolls back nested work with the outer work that had only read before it', async () => {
  const { store, add, readFromDisk } = createStore();
  const count = () => Number(store.sql('select count(*) as n from notes').get()?.['n']);
  store.transact(() => add('kept'));
  expect(() =>
    store.transact(() => {
      expect(count()).toBe(1);
      store.transact(() => add('nested'));
      expect(count()).toBe(2);
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(count()).toBe(1);
  store.transact(() => {
    expect(() =>
      store.transact(() => {
        count();
        throw new Error('nothing to roll back');
      }),
    ).toThrow();
    add('also kept');
  });
  await store.committed();
  expect(readFromDisk()).toEqual(['kept', 'also kept']);
});

it('calls the functions of onRollback after each rollback, and at no other time', () => {
  const { store, add } = createStore();
  let rollbacks = 0;
  store.onRollback(() => {
    rollbacks += 1;
  });
  store.transact(() => add('kept'));
  expect(rollbacks).toBe(0);
  expect(() =>
    store.transact(() => {
      add('lost');
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(rollbacks).toBe(1);
});

it('calls the functions of beforeCommit before each commit', async () => {
  const { store, add, readFromDisk } = createStore();
  store.beforeCommit(() => add('and this'));
  store.transact(() => add('this'));
  await store.committed();
  expect(readFromDisk()).toEqual(['this', 'and this']);
});

it('reports a commit only after a sync that began after it', async () => {
  const syncs: PromiseWithResolvers<void>[] = [];
  const { store, add } = createStore(() => {
    const sync = Promise.withResolvers<void>();
    syncs.push(sync);
    return sync.promise;
  });
  const committed: string[] = [];
  const write = (text: string) => {
    store.transact(() => add(text));
    void store.committed().then(() => committed.push(text));
  };
  write('first');
  await nextTurn();
  write('second');
  await nextTurn();
  expect([syncs.length, committed]).toEqual([1, []]);
  syncs[0]?.resolve();
  await nextTurn();
  // The commit is at the end of the turn in which the sync ended.
  await nextTurn();
  expect([syncs.length, committed]).toEqual([2, ['first']]);
  syncs[1]?.resolve();
  await nextTurn();
  expect(committed).toEqual(['first', 'second']);
});

it('makes a reader wait for the commit of the data that it may have read', async () => {
  const sync = Promise.withResolvers<void>();
  const { store, add } = createStore(() => sync.promise);
  store.transact(() => add('seen'));
  await nextTurn();
  let resolved = false;
  void store.committed().then(() => {
    resolved = true;
  });
  await nextTurn();
  expect(resolved).toBe(false);
  sync.resolve();
  await nextTurn();
  expect(resolved).toBe(true);
});

it('acknowledges nothing after the disk has failed', async () => {
  const { store, add } = createStore(() => Promise.reject(new Error('input/output error')));
  store.transact(() => add('lost'));
  await expect(store.committed()).rejects.toThrow('input/output error');
  expect(() => store.transact(() => add('more'))).toThrow('input/output error');
  await expect(store.committed()).rejects.toThrow('input/output error');
});

it('returns the space of deleted rows in several steps', async () => {
  const { store, path, add } = createStore();
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

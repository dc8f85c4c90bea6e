import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/local/store/store.ts';

const open: Store[] = [];
afterEach(() => {
  for (const store of open.splice(0)) store.close();
});

function aStore() {
  const path = join(mkdtempSync(join(tmpdir(), 'orders-store-')), 'state.sqlite');
  const store = openStore(path);
  open.push(store);
  store.schema('create table if not exists notes (text)');
  const add = (text: string) => store.sql('insert into notes values (?)').run(text);
  const onDisk = () => {
    const other = new DatabaseSync(path, { readOnly: true });
    const rows = other.prepare('select text from notes').all();
    other.close();
    return rows.map((row) => row['text']);
  };
  return { store, add, onDisk };
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

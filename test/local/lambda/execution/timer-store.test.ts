import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { TimerStore } from '../../../../src/local/lambda/execution/timer-store.ts';
import { openStore, type Store } from '../../../../src/local/store/store.ts';

const open: Store[] = [];
afterEach(() => {
  for (const store of open.splice(0)) store.close();
});

function createTimers() {
  const directory = mkdtempSync(join(tmpdir(), 'orders-timers-'));
  const store = openStore(join(directory, 'state.sqlite'));
  open.push(store);
  return { store, timers: new TimerStore(store) };
}

/** Returns everything that is read about the timers of the execution `e`. */
const readAll = (timers: TimerStore) => ({
  times: [...timers.dueTimes('e')],
  due: timers.due(20, 'e'),
  first: timers.dueTime('e'),
  b: timers.dueTime('e', 'b'),
  next: timers.nextDue(),
});

it('returns each change of a timer after the timers were read', () => {
  const { timers } = createTimers();
  expect(readAll(timers)).toEqual({
    times: [],
    due: [],
    first: undefined,
    b: undefined,
    next: undefined,
  });
  timers.set('e', 'b', { due: 20, held: false });
  timers.set('e', 'a', { due: 10, held: false });
  const two = { due: ['a', 'b'], first: 10, b: 20, next: 10 };
  expect(readAll(timers)).toMatchObject(two);
  timers.hold('e');
  expect(readAll(timers)).toMatchObject({ ...two, next: undefined });
  timers.release('e', 5);
  const moved = { due: ['a'], first: 15, b: 25, next: 15 };
  expect(readAll(timers)).toMatchObject(moved);
  timers.move('e', -5);
  expect(readAll(timers)).toMatchObject(two);
  timers.drop('e', 'a');
  expect(readAll(timers)).toMatchObject({ due: ['b'], first: 20, next: 20 });
  timers.dropAll('e');
  expect(readAll(timers)).toMatchObject({ times: [], next: undefined });
});

it('returns the stored timers after a change was rolled back', () => {
  const { store, timers } = createTimers();
  timers.set('e', 'a', { due: 10, held: false });
  const before = readAll(timers);
  expect(() =>
    store.transact(() => {
      timers.drop('e', 'a');
      timers.set('e', 'b', { due: 20, held: false });
      expect(readAll(timers)).toMatchObject({ due: ['b'], next: 20 });
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(readAll(timers)).toEqual(before);
});

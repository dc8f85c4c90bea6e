import { expect, it } from 'vitest';
import {
  findRoom,
  maxEnvironments,
  type Occupant,
} from '../../../src/local/lambda/environment-room.ts';

const busy = (key: string, count: number): Occupant[] =>
  Array.from({ length: count }, () => ({ key, work: {} }));
const idle = (key: string, forMs: number): Occupant => ({ key, idleSince: Date.now() - forMs });

it('has room up to the maximum', () => {
  expect(findRoom(busy('a', maxEnvironments - 1), 'a')).toEqual({ mayLaunch: true });
  expect(findRoom(busy('a', maxEnvironments), 'a')).toEqual({ mayLaunch: false });
});

it('has room for the first environment of a function beyond the maximum, up to twice as many', () => {
  expect(findRoom(busy('a', maxEnvironments), 'b')).toEqual({ mayLaunch: true });
  expect(findRoom(busy('a', 2 * maxEnvironments), 'b')).toEqual({ mayLaunch: false });
});

it('does not replace the only environment of another function as long as it was used a moment ago', () => {
  const others = busy('a', maxEnvironments - 1);
  expect(findRoom([...others, idle('b', 0)], 'a')).toEqual({ mayLaunch: false });
  const unused = idle('b', 60_000);
  expect(findRoom([...others, unused], 'a')).toEqual({ mayLaunch: true, replaced: unused });
});

it('replaces one of several idle environments of a function for the first one of another', () => {
  const spare = idle('a', 0);
  const all = [...busy('a', maxEnvironments - 1), spare];
  expect(findRoom(all, 'b')).toEqual({ mayLaunch: true, replaced: spare });
});

import { expect, it } from 'vitest';
import { parseTime } from '../../../src/cli/terminal/format-time.ts';

const now = Date.parse('2026-11-29T12:00:00Z');
const local = (text: string) => new Date(text).toISOString();

it.each([
  ['1w', '2026-11-22T12:00:00.000Z'],
  ['1w1d', '2026-11-21T12:00:00.000Z'],
  ['1.5h', '2026-11-29T10:30:00.000Z'],
  ['today', local('2026-11-29T00:00:00')],
  ['yesterday', local('2026-11-28T00:00:00')],
  ['2026-11-29T06:00', local('2026-11-29T06:00:00')],
  ['2026-11-29T06:00:30+01:00', '2026-11-29T05:00:30.000Z'],
  ['2026-11-29', '2026-11-29T00:00:00.000Z'],
])('reads %s as a time', (text, expected) => {
  expect(parseTime(text, now)).toBe(expected);
});

it.each(['tomorrow', 'constructor', '1x', '', '2026-13-01'])('rejects %j as a time', (text) => {
  expect(() => parseTime(text, now)).toThrow('is neither a duration nor a time');
});

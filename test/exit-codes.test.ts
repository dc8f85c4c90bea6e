import { expect, it } from 'vitest';
import { describeError } from '../src/cli/command/json-output.ts';
import { exitCodes } from '../src/exit-codes.ts';
import { UserError } from '../src/user-error.ts';

it('has a different meaning for every exit code', () => {
  expect(Object.keys(exitCodes).map(Number)).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 20, 21, 22, 30, 99, 124, 130, 143,
  ]);
  expect(new Set(Object.values(exitCodes)).size).toBe(Object.keys(exitCodes).length);
});

it("uses a user error's exit code, 2 for a parse error, and 1 for any other error", () => {
  expect(describeError(new UserError('gone', { exit: 5, code: 'NotFound', hint: 'look' }))).toEqual(
    {
      code: 'NotFound',
      message: 'gone',
      hint: ['look'],
      exit: 5,
    },
  );
  const parse = Object.assign(new Error('Missing 1 required arg:\norder  id\nSee more'), {
    oclif: { exit: 2 },
  });
  expect(describeError(parse)).toMatchObject({
    exit: 2,
    message: 'Missing 1 required arg: order id',
  });
  expect(describeError(new TypeError('x')).exit).toBe(1);
});

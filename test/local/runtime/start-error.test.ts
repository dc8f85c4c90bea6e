import { expect, it } from 'vitest';
import { parseStartError } from '../../../src/local/runtime/start-error.ts';

it('reports the failure of a runtime, and not that it had started before', () => {
  const output =
    'orders runtime: http://127.0.0.1:4510 (pid 1, time ×60)\nThe store cannot grow: the disk is full.';
  expect(parseStartError(1, output)).toMatchObject({
    problem: 'other',
    message: 'The store cannot grow: the disk is full.',
  });
  expect(parseStartError(1, '').message).toBe('it printed nothing');
});

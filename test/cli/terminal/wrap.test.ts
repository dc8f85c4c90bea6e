import { expect, it } from 'vitest';
import { formatError } from '../../../src/cli/terminal/format-error.ts';
import { wrapWords } from '../../../src/cli/terminal/wrap.ts';
import { createFakeTerminal } from './fake-terminal.ts';

it('breaks a text at spaces, and leaves a word that is longer than a line whole', () => {
  const arn = 'arn:aws:iam::000000000000:root';
  expect(wrapWords(`as ${arn} in two lines`, 12)).toEqual(['as', arn, 'in two lines']);
});

it('breaks an error message between its words on a terminal, and nowhere else', () => {
  const message = 'Value 5 is invalid. Reason: Must be an integer.';
  const narrow = createFakeTerminal(30);
  expect(formatError(message, narrow)).toBe('✗ Value 5 is invalid. Reason:\n  Must be an integer.');
  expect(formatError(`${message}\nline two`, narrow)).toBe(`✗ ${message}\nline two`);
  expect(formatError(message, Object.assign(narrow, { isTTY: false }))).toBe(`✗ ${message}`);
});

import { expect, it } from 'vitest';
import { explainLeadingFlags } from '../../../src/cli/command/leading-flags.ts';

const commands = [
  {
    flags: {
      env: { type: 'option', char: 'e' },
      ui: { type: 'option' },
      json: { type: 'boolean' },
    },
  },
] as const;
const explain = (line: string) => {
  const error = explainLeadingFlags(line.split(' '), commands);
  return error && [error.message, error.hints[0]];
};

it.each([
  ['-q list', 'orders list -q'],
  ['--quiet list --failed', 'orders list --failed -q'],
  ['-e dev --json get latest', 'orders get latest -e dev --json'],
  ['--ui=plain list', 'orders list --ui=plain'],
])('names the first flag as typed and moves the flags of %s behind the command', (line, fixed) => {
  const [typed] = line.split(' ');
  expect(explain(line)).toEqual([
    `${typed} is in front of the command: flags follow the command.`,
    `did you mean: ${fixed}`,
  ]);
});

it.each([
  ['--bogus list', 'Unknown flag --bogus.'],
  ['--json -x list', 'Unknown flag -x.'],
  ['-q', '-q is in front of the command: flags follow the command.'],
])('suggests no command for %s', (line, message) => {
  expect(explain(line)).toEqual([message, 'orders --help']);
});

it('does not apply if the command comes first', () => {
  expect(explain('lst -q')).toBeUndefined();
});

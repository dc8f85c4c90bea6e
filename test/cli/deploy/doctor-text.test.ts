import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { formatFinding, formatSummary } from '../../../src/cli/deploy/doctor-text.ts';
import type { Finding } from '../../../src/deploy/doctor/finding.ts';

const finding: Finding = {
  group: 'stack',
  about: 'alias',
  state: 'warning',
  message: 'live is version 1, rolled back from version 12345',
  fix: 'orders versions rollback 12345 --confirm lambda-durable-order-processing',
};

const lines = (columns: number | undefined, first = true) => {
  const stream = Object.assign(new PassThrough(), { columns }) as unknown as NodeJS.WriteStream;
  const text = formatFinding(finding, { first, stream });
  return stripVTControlCharacters(text).trimEnd().split('\n');
};

it('shows a finding next to its name, or below it in a narrow terminal, without wrapping commands', () => {
  expect(lines(80)).toEqual([
    'Stack',
    '  ! alias        live is version 1, rolled back from version 12345',
    `                 ${finding.fix}`,
  ]);
  expect(lines(40, false)).toEqual([
    '  ! alias',
    '    live is version 1, rolled back from',
    '    version 12345',
    `    ${finding.fix}`,
  ]);
  expect(lines(undefined)[1]).toBe(`  ! alias        ${finding.message}`);
});

it('counts the problems and lists the groups that were not checked', () => {
  expect(formatSummary([], [])).toBe('No problems found');
  expect(
    formatSummary([finding, finding, { ...finding, state: 'error' }], ['stack', 'orders']),
  ).toBe('1 error, 2 warnings; not checked: stack, orders');
});

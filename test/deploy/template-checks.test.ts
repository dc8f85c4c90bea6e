import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkParameters, checkRequired } from '../../src/deploy/check-parameters.ts';
import { checkPatience } from '../../src/deploy/check-patience.ts';
import { readTemplate } from '../../src/deploy/template-file.ts';
import { listParameterChanges, listPropertyValues } from '../../src/deploy/value-changes.ts';
import type { UserError } from '../../src/user-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'template-'));

function read(text: string) {
  const file = join(folder, 'template.yaml');
  writeFileSync(file, text);
  return readTemplate(file);
}

const parameters = `Parameters:
  WaitSeconds:
    Type: Number
    Default: 300
    MinValue: 1
    MaxValue: 600
  Level:
    Type: String
    Default: INFO
    AllowedValues: [DEBUG, INFO]
  Path:
    Type: String
    AllowedPattern: /[a-z]+
    MinLength: 3
    MaxLength: 6
    ConstraintDescription: a short path
  Secret:
    Type: String
    NoEcho: true
    MinLength: 8
    Default: initial-value
  Ports:
    Type: List<Number>
    Default: 1,2
Resources:
  Queue: {Type: AWS::SQS::Queue}
`;

function thrown(work: () => unknown): Partial<UserError> {
  try {
    work();
  } catch (error) {
    const { message, hints, exit, place } = error as UserError;
    return { message, hints, exit, ...(place && { place }) };
  }
  return {};
}
const check = (values: Record<string, string>) =>
  thrown(() => checkParameters(read(parameters), values));

it.each([
  ['a text for a number', { WaitSeconds: 'abc' }, 'it must be a number', 2],
  ['an empty number', { WaitSeconds: '' }, 'it must be a number', 2],
  ['a number below the minimum', { WaitSeconds: '0' }, 'it must be at least 1', 2],
  ['a number above the maximum', { WaitSeconds: '601' }, 'it must be at most 600', 2],
  ['a value that is not allowed', { Level: 'LOUD' }, 'it must be one of DEBUG, INFO', 7],
  ['a text that does not match', { Path: 'x/y' }, 'it must match /[a-z]+', 11],
  ['a partial match', { Path: '/ab1' }, 'it must match /[a-z]+', 11],
  ['a short text', { Path: '/a' }, 'it needs at least 3 characters', 11],
  ['a long text', { Path: '/abcdef' }, 'it may have 6 characters', 11],
  ['a list with a text', { Ports: '1, x' }, 'it must be a list of numbers', 22],
])('rejects %s with its line, and a flag with a valid value', (_, values, problem, line) => {
  const [[name, value] = ['', '']] = Object.entries(values as Record<string, string>);
  const { message, hints, exit, place } = check({ [name]: value });
  expect(message).toBe(
    `The value "${value}" of ${name} is not valid: ${problem} (template.yaml:${line}).`,
  );
  expect([exit, place]).toEqual([2, { field: name, line }]);
  expect(hints?.at(-1)).toContain(`--parameter ${name}=`);
});

it('accepts valid values', () => {
  expect(
    check({ WaitSeconds: '1.5', Level: 'DEBUG', Path: '/abc', Secret: 'long enough', Ports: '80' }),
  ).toEqual({});
});

it('suggests the nearest parameter and lists all of them', () => {
  expect(check({ WaitSecond: '60' })).toEqual({
    message: 'template.yaml has no parameter WaitSecond.',
    hints: [
      'did you mean: --parameter WaitSeconds=60',
      'parameters: WaitSeconds, Level, Path, Secret, Ports',
    ],
    exit: 2,
    place: { field: 'WaitSecond' },
  });
  expect(check({ toString: 'x' }).hints).toHaveLength(1);
});

it('does not show the value of a parameter with NoEcho', () => {
  const { message, hints } = check({ Secret: 'hunter2' });
  expect(message).toContain('The value **** of Secret is not valid');
  expect(JSON.stringify(hints)).not.toMatch(/hunter2|initial-value/);
});

it('requires values for parameters without a default', () => {
  expect(thrown(() => checkRequired(read(parameters), []))).toMatchObject({
    message: 'The parameter Path requires a value (template.yaml:11).',
    hints: ['orders deploy --parameter Path=VALUE'],
    exit: 2,
  });
  expect(thrown(() => checkRequired(read(parameters), ['Path']))).toEqual({});
});

it.each([
  ['a tab', 'Resources:\n\tQueue: {}\n', /^template\.yaml:2:1 is not valid YAML: Tabs/],
  ['an open list', 'A:\n  B: [1\n  C: 2\n', /^template\.yaml:3:3 is not valid YAML: /],
  ['a repeated key', 'Resources:\n  A: {}\n  A: {}\n', /^template\.yaml:3:3 is not valid YAML: /],
  ['no resources', 'Resource:\n  A: {}\n', /has no section Resources/],
  ['no content', '', /has no section Resources/],
])('reports a template with %s and its line', (_, text, message) => {
  const error = thrown(() => read(text));
  expect(error.message).toMatch(message);
  expect(error).toMatchObject({ exit: 2, place: { field: 'template' } });
});

it('finds the part of the template that a message names', () => {
  const template = read(parameters);
  expect(template.findNamed('The queue Queue is bad')).toEqual({
    field: 'Resources.Queue',
    line: 26,
  });
  expect(template.findNamed('QueueVersion1a2b CREATE_FAILED')?.field).toBe('Resources.Queue');
  expect(template.findNamed('something else')).toBeUndefined();
});

it('lists changed parameters, and hides secrets', () => {
  const current = [
    { ParameterKey: 'WaitSeconds', ParameterValue: '300' },
    { ParameterKey: 'Level', ParameterValue: 'INFO' },
    { ParameterKey: 'Secret', ParameterValue: '****' },
  ];
  const values = { WaitSeconds: '60', Level: 'INFO', Secret: 'hunter22', Path: '/abc' };
  expect(listParameterChanges(read(parameters), current, values)).toEqual([
    { name: 'WaitSeconds', before: '300', after: '60' },
    { name: 'Path', after: '/abc' },
    { name: 'Secret', before: '****', after: '****' },
  ]);
});

it('lists the parts of a property that change, and hides secrets', () => {
  const detail = (Name: string, before: unknown, after: unknown, Path?: string) => ({
    Target: {
      Attribute: 'Properties' as const,
      Name,
      ...(Path && { Path }),
      BeforeValue: typeof before === 'string' ? before : JSON.stringify(before),
      AfterValue: typeof after === 'string' ? after : JSON.stringify(after),
    },
  });
  const values = (...details: ReturnType<typeof detail>[]) =>
    details.flatMap((one) => listPropertyValues(one, ['hunter22']));
  expect(
    values(
      detail('MemorySize', '512', '640'),
      detail(
        'Environment',
        { Variables: { WAIT: '300', KEEP: 'x', OLD: 'y' } },
        { Variables: { WAIT: '60', KEEP: 'x', API_KEY: 'abc', URL: 'http://hunter22@x' } },
      ),
      detail('Environment', '1', '2', '/Properties/Environment/Variables/LEVEL'),
    ),
  ).toEqual([
    { name: 'MemorySize', before: '512', after: '640' },
    { name: 'Environment.Variables.WAIT', before: '300', after: '60' },
    { name: 'Environment.Variables.OLD', before: 'y' },
    { name: 'Environment.Variables.API_KEY', after: '****' },
    { name: 'Environment.Variables.URL', after: '****' },
    { name: 'Environment.Variables.LEVEL', before: '1', after: '2' },
  ]);
});

const limits = `Parameters:
  ExecutionTimeoutSeconds: {Type: Number, Default: 86400}
  ProviderPatienceSeconds: {Type: Number, Default: 14400, MaxValue: 43200}
Resources:
  Queue: {Type: AWS::SQS::Queue}
`;

it.each([
  ['the default for a short timeout', { ExecutionTimeoutSeconds: '28800' }, '14399', '28801'],
  ['half of the timeout', { ProviderPatienceSeconds: '43200' }, '43199', '86401'],
])('refuses as the patience with a provider %s, with values that fit', (...row) => {
  const [, values, fittingPatience, fittingTimeout] = row;
  const { message, hints, exit, place } = thrown(() => checkPatience(read(limits), values));
  expect([exit, message, place?.field]).toEqual([
    2,
    expect.stringMatching(/of ProviderPatienceSeconds is not valid: it must be less than half/),
    'ProviderPatienceSeconds',
  ]);
  expect(hints).toEqual([
    `--parameter ProviderPatienceSeconds=${fittingPatience}`,
    `--parameter ExecutionTimeoutSeconds=${fittingTimeout}`,
  ]);
});

it.each([
  ['values that fit', limits, { ProviderPatienceSeconds: '0', ExecutionTimeoutSeconds: '60' }],
  ['a template without a patience', parameters, {}],
])('accepts %s', (_, text, values) => {
  expect(thrown(() => checkPatience(read(text), values))).toEqual({});
});

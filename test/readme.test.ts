import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../functions/contract/order.ts';
import { maxStepAttempts, stepRetryDelays } from '../functions/contract/retries.ts';
import { minRejectScore, minReviewScore } from '../functions/contract/review.ts';
import { type TriggerBehavior, triggers } from '../functions/contract/triggers.ts';
import { phases, type Stage } from '../functions/contract/workflow.ts';
import { exitCodes } from '../src/exit-codes.ts';
import { parseYaml } from '../src/local/cloudformation/templates/yaml-tags.ts';
import { mismatchKinds } from '../src/orders/verify/mismatch.ts';
import { createDeployedProject } from './support/deployed-project.ts';
import { full } from './support/full.ts';
import { readPage, readTable } from './support/markdown.ts';
import type { Project } from './support/project.ts';

const readme = readPage('README.md');
const workflow = readPage('docs/workflow.md');

const code = (text: string) => `\`${text}\``;

it('has at most 180 lines', () => {
  expect(readme.text.trimEnd().split('\n').length).toBeLessThanOrEqual(180);
});

it('has the workflow as the contract declares it', () => {
  const rows = phases.flatMap(({ title, stages }) =>
    stages.map((stage: Stage, index) => [
      index === 0 ? title : '',
      code(stage.id),
      stage.kind === 'wait'
        ? `waits ${stage.seconds / 60} minutes`
        : 'when' in stage
          ? `when ${stage.when.text}`
          : '',
      'status' in stage ? code(stage.status) : '',
      'undo' in stage ? code(stage.undo) : '',
    ]),
  );
  expect(readTable(readme, 'The workflow')).toEqual(rows);
});

const reasonFor = (behavior: TriggerBehavior) => {
  if (behavior.kind === 'reject') return behavior.message;
  if (behavior.kind === 'transient') return `Not available ${behavior.times} times, then works`;
  return behavior.kind === 'review'
    ? `Doubtful (${behavior.score}): waits for a review`
    : 'Fails for this order, always';
};

it('has every sample that fails on demand', () => {
  const rows = triggers.map(({ stage, value, behavior }) => [
    code(value.toLowerCase()),
    code(stage),
    reasonFor(behavior),
  ]);
  expect(readTable(workflow, 'Samples that fail')).toEqual(rows);
});

it('has the limits of an order', () => {
  expect(readTable(workflow, 'The order and its limits')).toEqual([
    ['lines of an order', `0 to ${limits.items}`],
    ['quantity of a line', `1 to ${limits.quantity}`],
    ['price', `0 to ${limits.price}, at most two decimals`],
    ['order id', `1 to ${limits.id} letters, digits, hyphens or underscores`],
    ['customer and product ids', `1 to ${limits.id} characters`],
    ['names', `1 to ${limits.text} characters`],
    ['e-mail address', `up to ${limits.email} characters`],
    ['phone number', `up to ${limits.phone} characters`],
  ]);
});

it('has the scores that require a review, and the attempts of a step', () => {
  expect(workflow.text).toContain(`fraud score of ${minReviewScore} to ${minRejectScore - 1}`);
  const [, , transient] = readTable(workflow, 'Failures and undo').find(
    ([kind]) => kind === 'transient error',
  ) ?? ['', '', ''];
  const [first, second, third] = stepRetryDelays;
  expect(maxStepAttempts).toBe(4);
  expect(transient).toBe(`four attempts in all, after ${first}, ${second} and ${third} seconds`);
});

it('has every exit code', () => {
  const rows = Object.entries(exitCodes).map(([number, meaning]) => [number, meaning]);
  expect(readTable(readPage('docs/exit-codes.md'), 'Exit codes')).toEqual(rows);
});

it('has every kind of mismatch', () => {
  const rows = Object.entries(mismatchKinds).map(([kind, meaning]) => [code(kind), meaning]);
  expect(readTable(readPage('docs/reconciliation.md'), 'Kinds of mismatch')).toEqual(rows);
});

it('has every template parameter with its default', () => {
  const { Parameters } = parseYaml(readPage('template.yaml').text) as {
    Parameters: Record<string, { Default: string | number }>;
  };
  const rows = Object.entries(Parameters).map(([name, { Default }]) => [
    code(name),
    Default === '' ? 'none' : code(String(Default)),
  ]);
  const table = readTable(readPage('docs/environments.md'), 'Parameters');
  expect(table.map(([name, value]) => [name, value])).toEqual(rows);
});

const snippets = readTable(readme, 'One command for each snippet').flatMap(
  ([by = '', command = '']) => {
    const [, line] = /^`orders (.+)`$/.exec(command) ?? [];
    return line ? [[by, line] as const] : [];
  },
);

it('has a command for all snippets but one', () => {
  expect(snippets.length).toBe(readTable(readme, 'One command for each snippet').length - 1);
});

// In the short run, the test of the pages checks the names and flags of these commands, and journeys run them.
describe.runIf(full)('the command for each snippet', () => {
  let project: Project;
  beforeAll(async () => {
    // The waits of an order are not part of this test: they pass in milliseconds.
    project = await createDeployedProject('--time-scale', '2000');
  });
  afterAll(() => project.close());

  it.each(snippets)('replaces %s by orders %s', async (_, line) => {
    const outcome = await project.orders(...line.split(' '));
    const expected = line.includes('--sample invalid') ? 10 : 0;
    expect(outcome.code, outcome.stdout + outcome.stderr).toBe(expected);
  });
});

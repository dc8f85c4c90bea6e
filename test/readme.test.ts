import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../functions/contract/order.ts';
import { type Misbehaviour, triggers } from '../functions/contract/triggers.ts';
import { phases, type Stage } from '../functions/contract/workflow.ts';
import { exitCodes } from '../src/exit-codes.ts';
import { aProject, type Project } from './support/project.ts';

const readme = readFileSync('README.md', 'utf8');

/** The cells of the table under a heading, row by row, without its head. */
function tableUnder(heading: string, number = 0): string[][] {
  const section = readme.split(/^## /m).find((each) => each.startsWith(heading)) ?? '';
  const tables = section.split(/\n\n/).filter((block) => block.startsWith('|'));
  const lines = (tables[number] ?? '').trim().split('\n').slice(2);
  return lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const code = (text: string) => `\`${text}\``;

it('has the workflow as the contract declares it', () => {
  const rows = phases.flatMap(({ title, stages }) =>
    stages.map((stage: Stage, index) => [
      index === 0 ? title : '',
      code(stage.id),
      stage.kind === 'wait'
        ? `waits ${stage.seconds / 60} minutes`
        : 'when' in stage
          ? `when ${stage.when}`
          : '',
      'status' in stage ? code(stage.status) : '',
      'undo' in stage ? code(stage.undo) : '',
    ]),
  );
  expect(tableUnder('The workflow')).toEqual(rows);
});

const becauseOf = (does: Misbehaviour) => {
  if (does.kind === 'reject') return does.message;
  if (does.kind === 'hiccup') return `Not available ${does.times} times, then works`;
  return does.kind === 'doubt' ? `In doubt (${does.score}): waits for a review` : 'Never available';
};

it('has every sample that fails on demand', () => {
  const rows = triggers.map(({ stage, value, does }) => [
    code(value.toLowerCase()),
    code(stage),
    becauseOf(does),
  ]);
  expect(tableUnder('The workflow', 1)).toEqual(rows);
});

it('has the limits of an order', () => {
  expect(tableUnder('The workflow', 2)).toEqual([
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

it('has every exit code', () => {
  const rows = Object.entries(exitCodes).map(([number, meaning]) => [number, meaning]);
  expect(tableUnder('Exit codes')).toEqual(rows);
});

describe('what it replaces', () => {
  let project: Project;
  beforeAll(async () => {
    project = aProject();
    // The waits of an order pass in a moment; they are not what this is about.
    await project.orders('local', 'start', '--time-scale', '2000');
  });
  afterAll(() => project.close());

  const rows = tableUnder('What it replaces').flatMap(([by = '', command = '']) => {
    const [, line] = /^`orders (.+)`$/.exec(command) ?? [];
    return line ? [[by, line] as const] : [];
  });

  it.each(rows)('does %s with orders %s', async (_, line) => {
    const outcome = await project.orders(...line.split(' '));
    const expected = line.includes('--sample invalid') ? 10 : 0;
    expect(outcome.code, outcome.stdout + outcome.stderr).toBe(expected);
  });
});

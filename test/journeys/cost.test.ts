import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { costSchema } from '../../src/cli/schemas/cost.ts';
import { aProject, type Project } from '../support/project.ts';

let project: Project;
beforeAll(() => {
  project = aProject();
});
afterAll(() => project.close());

const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('orders-cost-'));

it('measures that a plain order takes no more than it should, and leaves nothing behind', async () => {
  const before = left();
  const { stdout, code } = await project.orders('cost', '--json');
  expect(code).toBe(0);
  const { lines } = v.parse(costSchema, JSON.parse(stdout).data);
  const quantity = Object.fromEntries(lines.map((line) => [line.id, line.quantity]));
  expect(quantity).toMatchObject({ operations: 18, invocations: 3 });
  expect(quantity['checkpoints']).toBeLessThanOrEqual(32);
  expect(quantity['orders-writes']).toBeLessThanOrEqual(16);
  expect(quantity['index-writes']).toBeLessThanOrEqual(16);
  expect(left()).toEqual(before);
});

import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stages } from '../../functions/contract/workflow.ts';
import { costSchema } from '../../src/cli/schemas/cost.ts';
import { createProject, type Project } from '../support/project.ts';

let project: Project;
beforeAll(() => {
  project = createProject();
});
afterAll(() => project.close());

it('measures the expected usage of a simple order, and removes its temporary files', async () => {
  const temporary = join(project.root, 'temporary');
  mkdirSync(temporary);
  const { stdout, code } = await project.with({ TMPDIR: temporary }).orders('cost', '--json');
  expect(code).toBe(0);
  const { lines } = v.parse(costSchema, JSON.parse(stdout).data);
  const quantity = Object.fromEntries(lines.map((line) => [line.id, line.quantity]));
  const waits = stages.filter(({ kind }) => kind === 'wait').length;
  const steps = stages.length - waits;
  // The start of the execution is a billed operation, too. Each wait ends an invocation.
  expect(quantity).toMatchObject({ operations: 1 + stages.length, invocations: 1 + waits });
  // A step has two checkpoints, a wait one.
  expect(quantity['checkpoints']).toBeLessThanOrEqual(2 * steps + waits);
  // One write for each step that records a status, and one for the start of the hand-over.
  expect(quantity).toMatchObject({
    'orders-writes': 13,
    'index-writes': 12,
    // These writes, of which two move stock as well, and one write that credits points.
    'write-requests': 14,
    // A payment and a message.
    'simulated-requests': 2,
  });
  expect(readdirSync(temporary)).toEqual([]);
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { full } from '../support/full.ts';
import { createProject, type Project } from '../support/project.ts';

let project: Project;
let orderId: string;

/** A workflow whose role lacks one action of its template. */
beforeAll(async () => {
  project = createProject();
  const file = join(project.root, 'template.yaml');
  const template = readFileSync(file, 'utf8');
  const granted =
    /dynamodb:PutItem, (dynamodb:UpdateItem\]\n +Resource: !GetAtt PaymentsTable\.Arn)/g;
  expect(template.match(granted)).toHaveLength(1);
  writeFileSync(file, template.replace(granted, '$1'));
  await project.orders('local', 'start', '--time-scale', '2000');
  await project.runJson('deploy');
  ({ orderId } = await project.runJson('submit', '--sample', 'low', '--wait'));
});
afterAll(() => project.close());

const statement =
  /add to the role of the function: {"Effect":"Allow","Action":"dynamodb:PutItem","Resource":"arn:aws:dynamodb:us-east-2:000000000000:table\/[\w-]+-PaymentsTable-\w+"}/;

it('fails the first order, whose history has the message of AWS', async () => {
  const { order } = await project.runJson('get', orderId);
  expect(order).toMatchObject({ status: 'failed', failure: { stage: 'process-payment' } });
  const { stdout } = await project.orders('history', orderId, '--view', 'steps');
  expect(stdout).toMatch(
    /assumed-role\/[\w-]+\/[\w-]+-workflow is not authorized to perform: dynamodb:PutItem on resource: \S+ because no identity-based policy allows/,
  );
});

it('names the statement in the history of the order', async () => {
  const { stderr } = await project.orders('history', orderId);
  expect(stderr).toMatch(statement);
  expect(await project.runJson('history', orderId)).toMatchObject({
    missingPermissions: [{ action: 'dynamodb:PutItem', explicit: false }],
  });
});

it('names the statement in the checks of the doctor', async () => {
  const { stdout, code } = await project.orders('doctor', '--check', 'denials');
  expect(code).not.toBe(0);
  expect(stdout).toMatch(/may not perform dynamodb:PutItem/);
  expect(stdout).toMatch(statement);
});

// The short run does not enforce policies in the tests of the runtime only.
it.runIf(full)('completes the order if policies are not enforced', async () => {
  const { stdout } = await project.orders('local', 'start', '--no-enforce-iam');
  expect(stdout).toContain('policies not enforced');
  const { code } = await project.orders('submit', '--sample', 'low', '--wait');
  expect(code).toBe(0);
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StreamRecord } from '../../src/cli/watch/renderers.ts';
import { aFreePort } from '../support/free-port.ts';
import { aProject, type Project } from '../support/project.ts';
import { atTerminal } from '../support/terminal.ts';

let project: Project;
let port: string;

/** With a workflow that may run for two seconds, on tables that take longer than that. */
beforeAll(async () => {
  project = aProject();
  port = String(await aFreePort());
  const template = join(project.root, 'template.yaml');
  const text = readFileSync(template, 'utf8');
  writeFileSync(template, text.replace(/^ {6}Timeout: 60$/m, '      Timeout: 2'));
  await project.orders('local', 'start', '--port', port, '--time-scale', '240');
  await project.ask('deploy');
  await project.orders('local', 'start', '--port', port, '--inject', 'dynamodb:latency=3s');
});
afterAll(() => project.close());

it('says of an order whose invocations time out again and again at which step, and sees it go on', async () => {
  const { orderId } = await project.ask('submit', '--sample', 'low');
  const watching = atTerminal(project, ['watch', orderId], { columns: 100 });
  await watching.until('stuck at validate-order since');
  await watching.until('3 invocations without a checkpoint (Sandbox.Timedout)');
  await project.orders('local', 'start', '--port', port, '--inject', 'none');
  expect(await watching.exit).toBe(0);
  // Afterwards as if it had been watched.
  const { stdout, code } = await project.orders('watch', orderId, '--json');
  expect(code).toBe(0);
  const records = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as StreamRecord);
  const stuck = records.filter(({ type }) => type === 'stuck');
  expect(stuck[1]).toMatchObject({
    invocations: 3,
    step: 'validate-order',
    error: { type: 'Sandbox.Timedout' },
  });
  const [first] = records.flatMap((each) => (each.type === 'status' ? [each] : []));
  expect(first).toMatchObject({ to: 'validated', seq: 1 });
}, 90_000);

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StreamRecord } from '../../src/cli/watch/renderers.ts';
import { findFreePort } from '../support/free-port.ts';
import { full } from '../support/full.ts';
import { createProject, type Project } from '../support/project.ts';
import { runInTerminal } from '../support/terminal.ts';

let project: Project;
let port: string;

/** A workflow with a timeout of two seconds, on tables that respond more slowly. */
beforeAll(async () => {
  project = createProject();
  port = String(await findFreePort());
  const template = join(project.root, 'template.yaml');
  const text = readFileSync(template, 'utf8');
  writeFileSync(template, text.replace(/^ {6}Timeout: 60$/m, '      Timeout: 2'));
  await project.orders('local', 'start', '--port', port, '--time-scale', '240');
  await project.runJson('deploy');
  await project.orders('local', 'start', '--port', port, '--inject', 'dynamodb:latency=3s');
});
afterAll(() => project.close());

// The short run reports a stuck step without a workflow that times out.
it.runIf(full)(
  'reports the stuck step of an order whose invocations time out, and its recovery',
  async () => {
    const { orderId } = await project.runJson('submit', '--sample', 'low');
    const watching = runInTerminal(project, ['watch', orderId], { columns: 100 });
    await watching.until('stuck at validate-order since');
    await watching.until('3 invocations without a checkpoint (Sandbox.Timedout)');
    await project.orders('local', 'start', '--port', port, '--inject', 'none');
    expect(await watching.exit).toBe(0);
    // A later watch replays the same events.
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
    const [first] = records.filter(({ type }) => type === 'status');
    expect(first).toMatchObject({ to: 'validated', seq: 1 });
  },
);

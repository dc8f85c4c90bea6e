import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectCredentials } from '../support/credentials.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import type { Project } from '../support/project.ts';
import { program } from '../support/project-files.ts';
import { startForTest } from '../support/start-for-test.ts';

const rows = full ? 50_000 : 10_000;
let project: Project;
let write: (messages: readonly { timestamp: number; message: string }[]) => Promise<unknown>;

beforeAll(async () => {
  const deployed = await createDeployedProject();
  project = deployed;
  const { outputs } = deployed;
  const { url } = await project.runJson('local', 'status');
  const logs = new CloudWatchLogsClient({
    endpoint: url,
    region: 'us-east-2',
    credentials: projectCredentials(project.root),
  });
  const stream = { logGroupName: outputs.OrderProcessingLogGroup, logStreamName: 'many' };
  await logs.send(new CreateLogStreamCommand(stream));
  write = (messages) => logs.send(new PutLogEventsCommand({ ...stream, logEvents: [...messages] }));
  const begin = Date.now() - 60_000;
  for (let from = 0; from < rows; from += 10_000) {
    const messages = Array.from({ length: 10_000 }, (_, index) => ({
      timestamp: begin + Math.floor((from + index) / 10),
      message: `line ${from + index}`,
    }));
    await write(messages);
  }
});
afterAll(() => project.close());

it(`delivers ${rows} records completely and in order to a slow reader`, async () => {
  const reading = startForTest(project, 'logs', '--json');
  let text = '';
  for await (const chunk of reading.stdout ?? []) {
    text += String(chunk);
    // Reads more slowly than orders writes.
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  }
  const records = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(records.at(-1)).toMatchObject({ type: 'end', lines: rows, exitCode: 0 });
  const messages = records.slice(0, -1).map(({ message }) => message);
  expect(messages).toEqual(Array.from({ length: rows }, (_, index) => `line ${index}`));
});

const lines = ['logs', 'logs --json', 'logs --follow', 'list --json', 'help json', '--help'];

it.each(full ? lines : lines.slice(0, 2))(
  'ends without an error when the reader of orders %s closes the pipe at once',
  async (line) => {
    const reading = startForTest(project, ...line.split(' '));
    let errors = '';
    reading.stderr?.on('data', (chunk) => {
      errors += String(chunk);
    });
    const closed = once(reading, 'close');
    await once(reading.stdout as Readable, 'data');
    reading.stdout?.destroy();
    // A program learns that its reader has gone when it writes the next line.
    if (line.includes('--follow')) await write([{ timestamp: Date.now(), message: 'one more' }]);
    expect((await closed)[0]).toBe(0);
    expect(errors).not.toMatch(/EPIPE|at .*\.js|Warning/);
  },
);

it.each(['env list', '--version'])(
  'reports in one line that the output of %s cannot be written because the disk is full',
  (argv) => {
    const command = `'${program}' ${argv} > /dev/full`;
    const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([7, '✗ The output cannot be written: the disk is full.\n']);
  },
);

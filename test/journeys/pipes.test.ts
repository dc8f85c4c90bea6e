import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aProject, type Project } from '../support/project.ts';

const rows = 50_000;
let project: Project;

beforeAll(async () => {
  project = aProject();
  const { outputs } = await project.ask('deploy');
  const { url } = await project.ask('local', 'status');
  const logs = new CloudWatchLogsClient({
    endpoint: url,
    region: 'us-east-2',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const stream = { logGroupName: outputs.OrderProcessingLogGroup, logStreamName: 'many' };
  await logs.send(new CreateLogStreamCommand(stream));
  const begin = Date.now() - 60_000;
  for (let from = 0; from < rows; from += 10_000) {
    const logEvents = Array.from({ length: 10_000 }, (_, index) => ({
      timestamp: begin + Math.floor((from + index) / 10),
      message: `line ${from + index}`,
    }));
    await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
  }
});
afterAll(() => project.close());

it('hands 50,000 records to a slow reader whole and in order', async () => {
  const reading = project.start('logs', '--json');
  let text = '';
  for await (const chunk of reading.stdout ?? []) {
    text += String(chunk);
    // Slower than they are written: each chunk waits for some turns before the next is taken.
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

it.each(['logs', 'logs --follow', 'logs --json', 'list --json', 'help json', '--help'])(
  'ends quietly when the reader of orders %s goes away at once',
  async (line) => {
    const reading = project.start(...line.split(' '));
    let complaint = '';
    reading.stderr?.on('data', (chunk) => {
      complaint += String(chunk);
    });
    reading.stdout?.once('data', () => reading.stdout?.destroy());
    const [code] = await once(reading, 'close');
    expect(code).toBe(0);
    expect(complaint).not.toMatch(/EPIPE|at .*\.js|Warning/);
  },
);

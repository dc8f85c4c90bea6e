import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Target } from '../../src/environment/target.ts';
import { RecordingReader } from '../../src/replay/read-recordings.ts';
import { testCredentials } from '../support/credentials.ts';

const runtimes: Readonly<Record<string, string | undefined>> = {
  'in-python': 'python3.13',
  'in-java': 'java21',
  'in-image': undefined,
  'in-node': 'nodejs24.x',
};
let server: Server;
let reader: RecordingReader;

/** Answers ListVersionsByFunction for functions with runtimes that the local Lambda does not have. */
beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    const name = url.split('/')[3] ?? '';
    const version = { Version: '$LATEST', Handler: 'index.handler', Runtime: runtimes[name] };
    response.end(JSON.stringify({ Versions: [version] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const lambda = new LambdaClient({
    region: 'us-east-2',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: testCredentials,
  });
  const clients = { lambda: async () => lambda };
  reader = new RecordingReader({ clients } as unknown as Target, 14);
});
afterAll(() => server.close());

it.each([
  ['in-python', 'in-python cannot be replayed: its runtime is python3.13, not Node.js.'],
  ['in-java:live', 'in-java cannot be replayed: its runtime is java21, not Node.js.'],
  ['in-image:3', 'in-image cannot be replayed: its runtime is a container image, not Node.js.'],
])('rejects a function of another runtime by name: %s', async (name, message) => {
  await expect(reader.readSettings(name)).rejects.toThrow(message);
});

it('reads the handler of a function in JavaScript', async () => {
  expect(await reader.readSettings('in-node:live')).toEqual({
    handler: 'index.handler',
    environment: {},
  });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requireOwnUrl } from '../../src/aws/request-target.ts';
import { signedFetch } from '../../src/aws/signed-fetch.ts';
import type { Environment } from '../../src/environment/choose-environment.ts';
import { resolveTarget } from '../../src/environment/resolve-target.ts';
import type { Target } from '../../src/environment/target.ts';

const received: string[] = [];
const server = createServer((request, response) => {
  received.push(`${request.method} ${request.url}`);
  response.writeHead(307, { location: 'http://127.0.0.1:9/elsewhere' }).end();
});
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

const localTarget = (): Promise<Target> =>
  resolveTarget(
    {},
    {
      cwd: process.cwd(),
      variables: {},
      ensureRuntime: async () => ({ url, timeScale: 60 }),
    },
  );

it('signs requests to the environment, and follows no redirect to another host', async () => {
  const response = await signedFetch(await localTarget(), `${url}/orders`, {
    method: 'GET',
    headers: {},
  });
  expect(response.status).toBe(307);
  expect(received).toEqual(['GET /orders']);
});

it('sends nothing to a host that an output names but that is not in the environment', async () => {
  const before = received.length;
  const request = signedFetch(await localTarget(), 'http://attacker.example/orders', {
    method: 'GET',
    headers: {},
  });
  await expect(request).rejects.toThrow('attacker.example does not belong to the environment');
  expect(received).toHaveLength(before);
});

const environment: Environment = { name: 'dev', region: 'eu-west-1', stack: 'orders-dev' };

it.each([
  'https://abc123.execute-api.eu-west-1.amazonaws.com.attacker.example/live',
  'https://abc123.execute-api.us-east-1.amazonaws.com/live',
  'http://abc123.execute-api.eu-west-1.amazonaws.com/live',
  'https://attacker.example/abc123.execute-api.eu-west-1.amazonaws.com',
  'https://a.b.execute-api.eu-west-1.amazonaws.com/live',
  'http://127.0.0.1:4510/live',
])('rejects %s on AWS', (foreign) => {
  expect(() => requireOwnUrl({ environment }, foreign)).toThrow('does not belong');
});

it('accepts the API of the region, or the host of the endpoint', () => {
  requireOwnUrl({ environment }, 'https://abc123.execute-api.eu-west-1.amazonaws.com/live');
  const china = { ...environment, region: 'cn-north-1' };
  requireOwnUrl({ environment: china }, 'https://abc.execute-api.cn-north-1.amazonaws.com.cn/live');
  requireOwnUrl(
    { environment, endpoint: 'https://aws.example:8443' },
    'https://aws.example:8443/a',
  );
  requireOwnUrl({ environment, endpoint: 'http://localhost:4510' }, 'http://127.0.0.1:4511/a');
  for (const foreign of ['http://aws.example:8443/a', 'https://aws.example/a']) {
    expect(() =>
      requireOwnUrl({ environment, endpoint: 'https://aws.example:8443' }, foreign),
    ).toThrow('does not belong');
  }
});

it('does not send requests for a queue to the host of its URL', async () => {
  const sqs = await (await localTarget()).clients.sqs();
  expect(sqs.config.useQueueUrlAsEndpoint).toBe(false);
});

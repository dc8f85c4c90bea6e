import { afterAll, beforeAll, expect, it } from 'vitest';
import { signedFetch } from '../../support/credentials.ts';
import { startLambda } from './fixture.ts';

let lambda: Awaited<ReturnType<typeof startLambda>>;

beforeAll(async () => {
  lambda = await startLambda();
});
afterAll(() => lambda.close());

async function request(method: string, path: string) {
  const response = await signedFetch('lambda', `${lambda.config.endpoint}${path}`, { method });
  return [response.status, response.headers.get('x-amzn-errortype'), await response.text()];
}

it.each([
  ['PATCH', '/2015-03-31/functions/order'],
  ['GET', '/2015-03-31/functions/order/other'],
  ['PUT', '/2015-03-31/functions/order/versions'],
  ['PUT', '/2015-03-31/functions/order/aliases'],
  ['GET', '/2025-12-01/other'],
  ['POST', '/2025-12-01/durable-execution-callbacks/id/other'],
  ['GET', '/2025-12-01/durable-execution-callbacks/id/succeed'],
])('rejects %s %s, which is not an operation', async (method, path) => {
  const [status, type, text] = await request(method, path);
  expect([status, type]).toEqual([404, 'UnknownOperationException']);
  expect(text).toContain(`does not implement ${method} ${path} of Lambda`);
});

it('rejects a path that is not percent-encoded', async () => {
  const [status, type] = await request('GET', '/2015-03-31/functions/%ff');
  expect([status, type]).toEqual([400, 'SerializationException']);
});

it.each(['none', 'none/other', 'none/checkpoint/history'])(
  'reports that the execution %s does not exist',
  async (execution) => {
    const path = `/2025-12-01/durable-executions/${execution}`;
    const [status, type] = await request('GET', path);
    expect([status, type]).toEqual([404, 'ResourceNotFoundException']);
  },
);

it('accepts a trailing slash', async () => {
  const [status, , text] = await request('GET', '/2015-03-31/functions/');
  expect([status, text]).toEqual([200, '{"Functions":[]}']);
});

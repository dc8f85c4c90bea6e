import { mkdtempSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Credentials } from '../../../src/local/iam/credentials.ts';
import { openStore, type Store } from '../../../src/local/store/store.ts';
import type { Service, WireRequest } from '../../../src/local/wire/http.ts';
import { type RunningServer, serve } from '../../../src/local/wire/server.ts';
import { signedFetch, signHeaders, testKeys, testVerifier } from '../../support/credentials.ts';

let store: Store;
let server: RunningServer;

beforeAll(async () => {
  store = openStore(join(mkdtempSync(join(tmpdir(), 'orders-server-')), 'state.sqlite'));
  const echo = (name: string, more: Partial<Service> = {}): Service => ({
    name,
    claims: ({ path }) => path.startsWith(`/${name}`),
    handle: ({ path, body, region, caller }: WireRequest) => ({
      status: 200,
      body: JSON.stringify({ path, length: body.length, region, caller }),
    }),
    protocol: {
      operation: () => '',
      failure: ({ name: error, status }) => ({ status, body: `failure ${error}` }),
    },
    ...more,
  });
  const { protocol: _, ...control } = echo('control');
  const services = [echo('echo'), echo('open', { isPublic: () => true }), control];
  server = await serve({ services, store, port: 0, verifier: testVerifier });
});
afterAll(async () => {
  await server.close();
  store.close();
});

function get(path: string, headers: Record<string, string> = {}): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    request(`${server.url}${path}`, { headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve([response.statusCode ?? 0, text]));
    })
      .on('error', reject)
      .end();
  });
}

const send = (service: string, path: string, options: Parameters<typeof signedFetch>[2] = {}) =>
  signedFetch(service, `${server.url}${path}`, options);

it('passes a path on unchanged, encoded slashes included, with its caller', async () => {
  const response = await send('echo', '/echo/a%2Fb');
  expect(response.status).toBe(200);
  const caller = { kind: 'root' };
  expect(await response.json()).toEqual({
    path: '/echo/a%2Fb',
    length: 0,
    region: 'us-east-2',
    caller,
  });
});

it('passes on no request without a valid signature', async () => {
  expect(await get('/echo')).toEqual([403, 'failure MissingAuthenticationTokenException']);
  const headers = await signHeaders('echo', `${server.url}/echo`);
  const { host: __, ...rest } = headers;
  expect((await get('/echo', rest))[0]).toBe(200);
  const changed = { ...rest, 'x-amz-date': '20260101T000000Z' };
  expect(await get('/echo', changed)).toEqual([403, 'failure InvalidSignatureException']);
});

it('needs no signature for a public request, and ignores it', async () => {
  const [status, text] = await get('/open', { authorization: 'Bearer token' });
  expect(status).toBe(200);
  expect(JSON.parse(text).caller).toEqual({ kind: 'anonymous' });
});

it('lets only the credentials of the project control the runtime', async () => {
  expect((await send('runtime', '/control')).status).toBe(200);
  expect((await get('/control'))[0]).toBe(403);
  expect((await send('echo', '/control')).status).toBe(403);
  const credentials = testKeys.forSession({ role: 'r', session: 's' });
  const response = await send('runtime', '/control', { credentials });
  expect(response.status).toBe(403);
  expect(response.headers.get('x-amzn-errortype')).toBe('AccessDeniedException');
});

it('rejects a request with a foreign host', async () => {
  const [status, text] = await get('/echo', { host: 'evil.example.com' });
  expect(status).toBe(403);
  expect(text).toContain('127.0.0.1');
});

it('names the method and path of a signed request that no service handles', async () => {
  const response = await send('nothing', '/nothing');
  expect(response.status).toBe(404);
  expect(await response.text()).toBe('{"message":"No service handles GET /nothing"}\n');
  expect((await get('/nothing'))[0]).toBe(403);
});

it('rejects a body that is too large and keeps serving', async () => {
  const response = await fetch(`${server.url}/echo`, {
    method: 'POST',
    body: Buffer.alloc(13 << 20),
  });
  expect(response.status).toBe(413);
  expect((await send('echo', '/echo')).status).toBe(200);
});

it('reports an access key of another project', async () => {
  const other = new Credentials({ secret: Buffer.alloc(32), directory: '/another/project' });
  const response = await send('nothing', '/nothing', { credentials: other.root() });
  expect(response.status).toBe(403);
  expect(await response.text()).toContain('local runtime of another project');
});

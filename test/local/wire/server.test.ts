import { mkdtempSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore, type Store } from '../../../src/local/store/store.ts';
import { type RunningServer, serve } from '../../../src/local/wire/server.ts';

let store: Store;
let server: RunningServer;

beforeAll(async () => {
  store = openStore(join(mkdtempSync(join(tmpdir(), 'orders-server-')), 'state.sqlite'));
  const echo = {
    name: 'echo',
    claims: ({ path }: { path: string }) => path.startsWith('/echo'),
    handle: ({ path, body, region }: { path: string; body: Buffer; region: string }) => ({
      status: 200,
      body: JSON.stringify({ path, length: body.length, region }),
    }),
  };
  const isForeignAccessKey = (accessKey: string) => accessKey === 'local-other';
  server = await serve({ services: [echo], store, port: 0, isForeignAccessKey });
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

it('passes a path on unchanged, encoded slashes included', async () => {
  const [status, text] = await get('/echo/a%2Fb');
  expect(status).toBe(200);
  expect(JSON.parse(text).path).toBe('/echo/a%2Fb');
});

it('takes the region from the signature', async () => {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/lambda/aws4_request, Sig';
  const [, text] = await get('/echo', { authorization });
  expect(JSON.parse(text).region).toBe('eu-west-1');
});

it('rejects a request with a foreign host', async () => {
  const [status, text] = await get('/echo', { host: 'evil.example.com' });
  expect(status).toBe(403);
  expect(text).toContain('127.0.0.1');
});

it('names the method and path of a request that no service handles', async () => {
  expect(await get('/nothing')).toEqual([404, '{"message":"No service handles GET /nothing"}\n']);
});

it('rejects a body that is too large and keeps serving', async () => {
  const response = await fetch(`${server.url}/echo`, {
    method: 'POST',
    body: Buffer.alloc(13 << 20),
  });
  expect(response.status).toBe(413);
  expect((await get('/echo'))[0]).toBe(200);
});

it('is unavailable for requests to the runtime of another project', async () => {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=local-other/20260101/us-east-2/lambda/aws4_request, Sig';
  const [status, text] = await get('/echo', { authorization });
  expect(status).toBe(503);
  expect(text).toContain('another project');
});

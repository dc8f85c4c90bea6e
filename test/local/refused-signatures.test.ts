import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type AwsCredentials, Credentials } from '../../src/local/iam/credentials.ts';
import { loadSecret } from '../../src/local/runtime/project-credentials.ts';
import { type Runtime, startRuntime } from '../../src/local/runtime/runtime.ts';
import { presignUrl, signedFetch, signHeaders } from '../support/credentials.ts';
import { full } from '../support/full.ts';
import { createRandom, type RandomSource } from '../support/random.ts';
import { type Call, createCall, serviceCalls } from '../support/service-calls.ts';

const requests = full ? 3000 : 400;
const concurrency = 8;
const directory = mkdtempSync(join(tmpdir(), 'refused-'));
let runtime: Runtime;
let keys: Credentials;

beforeAll(async () => {
  runtime = await startRuntime({ directory, port: 0, timeScale: 1 });
  keys = new Credentials({ secret: loadSecret(directory), directory });
});
afterAll(async () => {
  await runtime.close();
  rmSync(directory, { recursive: true });
});

const hour = 3_600_000;
const url = ({ path }: Call) => `${runtime.url}${path}`;
const send = ({ method, path, body }: Call, headers: Readonly<Record<string, string>>) =>
  fetch(`${runtime.url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
const sendSigned = (call: Call, options: Parameters<typeof signHeaders>[2] = {}) => {
  const { service, ...request } = call;
  return signedFetch(service, url(call), {
    ...request,
    credentials: keys.root(),
    ...options,
  });
};

/** Replaces one character by another of the same kind. */
function changeCharacter(text: string, random: RandomSource): string {
  const at = random.between(0, text.length - 1);
  const letters = '0123456789abcdefABCDEF'.replace(text[at] ?? '', '');
  return text.slice(0, at) + random.pick(letters.split('')) + text.slice(at + 1);
}

function changeBase(credentials: AwsCredentials, random: RandomSource): AwsCredentials {
  const { sessionToken, ...key } = credentials;
  return random.pick<AwsCredentials>([
    key,
    { ...credentials, secretAccessKey: changeCharacter(key.secretAccessKey, random) },
    { ...credentials, accessKeyId: changeCharacter(key.accessKeyId, random) },
    { ...credentials, sessionToken: changeCharacter(sessionToken ?? '', random) },
    {
      ...credentials,
      sessionToken: keys.forSession({ role: 'a', session: 'b' }).sessionToken ?? '',
    },
  ]);
}

/** Ways to send a request without a valid signature. */
const faults: Readonly<Record<string, (call: Call, random: RandomSource) => Promise<Response>>> = {
  missing: (call) => send(call, call.headers),
  'another scheme': (call, random) =>
    send(call, {
      ...call.headers,
      authorization: random.pick([
        'Bearer x',
        'Basic YTpi',
        'AWS a:b',
        'AWS4-HMAC-SHA256',
        '',
        ',,=',
      ]),
    }),
  foreign: (call, random) => {
    const secret = random.percent(50) ? loadSecret(directory) : Buffer.alloc(32, 1);
    const other = new Credentials({ secret, directory: `/${randomUUID()}` });
    const session = other.forSession({ role: 'r', session: 's' });
    return sendSigned(call, {
      credentials: random.pick([other.root(), other.forUser('u'), session]),
    });
  },
  'an unknown key': (call, random) => {
    const accessKeyId = random.pick([
      'test',
      'local',
      'AKIAIOSFODNN7EXAMPLE',
      'ASIALOCAL',
      'constructor',
    ]);
    return sendSigned(call, { credentials: { accessKeyId, secretAccessKey: 'local' } });
  },
  'a user that does not exist': (call) => sendSigned(call, { credentials: keys.forUser('nobody') }),
  'a changed session': (call, random) => {
    const session = keys.forSession({ role: 'r', session: 's' });
    return sendSigned(call, { credentials: changeBase(session, random) });
  },
  'an expired session': (call) => {
    const past = new Credentials({
      secret: loadSecret(directory),
      directory,
      now: () => Date.now() - 13 * hour,
    });
    return sendSigned(call, { credentials: past.forSession({ role: 'r', session: 's' }) });
  },
  'another time': (call, random) => {
    const offset = random.pick([-1, 1]) * random.between(16, 10_000) * 60_000;
    return sendSigned(call, { signedAt: new Date(Date.now() + offset) });
  },
  'another scope': (call, random) => {
    const service = random.pick(['ec2', 'lambdas', 'dynamodb', 'ssm', 'sts']);
    return sendSigned(
      random.percent(50) && service !== call.service ? { ...call, service } : call,
      { region: random.pick(['us-west-2', 'eu-west-1', '']) },
    );
  },
  'a changed request': async (call, random) => {
    const { service, ...request } = call;
    const headers = await signHeaders(service, url(call), { ...request, credentials: keys.root() });
    const { authorization = '', host: _, ...others } = headers;
    const [front = '', signature = ''] = authorization.split('Signature=');
    const changed = random.pick<Call | Record<string, string>>([
      { authorization: `${front}Signature=${changeCharacter(signature, random)}` },
      { authorization: `${front}Signature=${signature.slice(random.between(1, 64))}` },
      { authorization: authorization.replace('host;', '') },
      { authorization: authorization.replace('aws4_request', 'aws4') },
      { authorization: authorization.replace('AWS4-HMAC', 'AWS4-ECDSA') },
      { 'x-amz-date': '20200101T000000Z' },
      { 'x-amz-invocation-type': 'Event' },
      { ...call, path: `${call.path}${call.path.includes('?') ? '&' : '?'}x=1` },
      { ...call, body: `${call.body} `, method: call.method === 'GET' ? 'POST' : call.method },
      { ...call, method: 'DELETE' },
    ]);
    return 'path' in changed
      ? send(changed as Call, { ...others, authorization })
      : send(call, { ...others, authorization, ...changed });
  },
  'a changed or expired URL': async (call, random) => {
    const isExpired = random.percent(30);
    const signedAt = new Date(Date.now() - (isExpired ? hour : 0));
    const { service, ...request } = call;
    const presigned = await presignUrl(service, url(call), {
      ...request,
      signedAt,
      credentials: keys.root(),
    });
    const target = new URL(presigned);
    const parameters = target.searchParams;
    if (!isExpired) {
      random.pick([
        () => parameters.set('X-Amz-Expires', '604800'),
        () =>
          parameters.set(
            'X-Amz-Signature',
            changeCharacter(parameters.get('X-Amz-Signature') ?? '', random),
          ),
        () =>
          parameters.delete(
            random.pick([
              'X-Amz-Signature',
              'X-Amz-Date',
              'X-Amz-SignedHeaders',
              'X-Amz-Algorithm',
            ]),
          ),
        () => parameters.append('x', '1'),
        () =>
          parameters.set(
            'X-Amz-Credential',
            changeCharacter(parameters.get('X-Amz-Credential') ?? '', random),
          ),
      ])();
    }
    const { method, headers, body } = call;
    return fetch(target, { method, headers, ...(body === undefined ? {} : { body }) });
  },
};

it(`refuses ${requests} requests with broken, foreign, expired and missing signatures`, async () => {
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const random = createRandom(17);
  const names = Object.keys(faults);
  const accepted: string[] = [];
  let remaining = requests;
  const sendCalls = async () => {
    while (remaining > 0) {
      remaining -= 1;
      const [name, call] = [random.pick(names), random.pick(serviceCalls)];
      const { status } = (await faults[name]?.(call, random)) ?? {};
      if (status !== 400 && status !== 403)
        accepted.push(`${name}: ${JSON.stringify(call)}: ${status}`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, sendCalls));
  const errors = stderr.mock.calls.map(([text]) => String(text));
  vi.restoreAllMocks();
  expect(accepted.slice(0, 5)).toEqual([]);
  expect(errors).toEqual([]);
  // Only requests with a valid signature are counted.
  const traffic = await sendSigned(createCall('runtime', 'GET', '/_runtime/traffic'));
  expect([traffic.status, await traffic.json()]).toEqual([200, {}]);
});

it('accepts the same requests with a signature', async () => {
  for (const call of serviceCalls) {
    const { status } = await sendSigned(call);
    expect([200, 201, 202, 400, 404, 409], JSON.stringify(call)).toContain(status);
  }
  const traffic = await sendSigned(createCall('runtime', 'GET', '/_runtime/traffic'));
  expect(Object.keys((await traffic.json()) as object)).toHaveLength(serviceCalls.length - 2);
});

import { createHmac, hash } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import { Sha256 } from '../../../src/aws/sha256.ts';
import { Credentials } from '../../../src/local/iam/credentials.ts';
import type { Principal } from '../../../src/local/iam/principal.ts';
import { AwsError } from '../../../src/local/wire/aws-error.ts';
import type { UnverifiedRequest } from '../../../src/local/wire/http.ts';
import { SignatureVerifier } from '../../../src/local/wire/verify-signature.ts';
import { createRandom } from '../../support/random.ts';

const region = 'us-east-2';
const now = Date.parse('2026-11-29T17:00:00Z');
const minute = 60_000;
let time = now;
const keys = new Credentials({
  secret: Buffer.alloc(32, 1),
  directory: '/project',
  userNames: () => ['observe'],
  now: () => time,
});
const verifier = new SignatureVerifier({ keys, region, now: () => time });

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly query?: Readonly<Record<string, string | string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Signing {
  readonly service?: string;
  readonly region?: string;
  readonly signedAt?: number;
  readonly credentials?: ReturnType<Credentials['root']>;
  readonly unsignableHeaders?: Set<string>;
}

function createSigner({ service = 'lambda', credentials = keys.root(), ...options }: Signing) {
  return new SignatureV4({
    credentials,
    region: options.region ?? region,
    service,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: true,
  });
}

const toPlain = ({ method = 'POST', path = '/', query = {}, headers = {}, body = '' }: Sent) => ({
  method,
  protocol: 'http:',
  hostname: '127.0.0.1',
  path,
  query: { ...query },
  headers: { host: '127.0.0.1:4510', ...headers },
  body,
});

/** Returns a request as the server receives it. */
function receive({ method, path, query, headers, body }: ReturnType<typeof toPlain>) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) search.append(name, one);
  }
  const request: UnverifiedRequest = {
    method,
    path,
    query: search,
    rawQuery: search.toString(),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    exactHeaders: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, [value]]),
    ),
    body: Buffer.from(body),
    region,
  };
  return request;
}

async function sign(sent: Sent = {}, signing: Signing = {}): Promise<UnverifiedRequest> {
  const plain = toPlain(sent);
  const { headers } = await createSigner(signing).sign(plain, {
    signingDate: new Date(signing.signedAt ?? now),
    ...(signing.unsignableHeaders ? { unsignableHeaders: signing.unsignableHeaders } : {}),
  });
  return receive({ ...plain, headers: headers as Record<string, string> & { host: string } });
}

async function presign(
  sent: Sent = {},
  { expiresIn = 60, ...signing }: Signing & { expiresIn?: number } = {},
): Promise<UnverifiedRequest> {
  const plain = toPlain({ method: 'GET', ...sent });
  const signed = await createSigner(signing).presign(plain, {
    signingDate: new Date(signing.signedAt ?? now),
    expiresIn,
  });
  // The signer moves the headers of AWS to the query.
  return receive({
    ...plain,
    headers: signed.headers as typeof plain.headers,
    query: signed.query as Record<string, string>,
  });
}

const withHeader = (request: UnverifiedRequest, name: string, value: string) => ({
  ...request,
  headers: { ...request.headers, [name]: value },
  exactHeaders: { ...request.exactHeaders, [name]: [value] },
});

function withoutHeader(request: UnverifiedRequest, name: string): UnverifiedRequest {
  const { [name]: _, ...headers } = request.headers;
  const { [name]: __, ...exactHeaders } = request.exactHeaders;
  return { ...request, headers, exactHeaders };
}

/** Returns the caller of a request, or the name, status and message of its refusal. */
function verify(request: UnverifiedRequest, service = 'lambda', at = now): Principal | Refusal {
  time = at;
  try {
    return verifier.verify(request, service);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return [error.name, error.status, error.message];
  }
}

type Refusal = [name: string, status: number, message: string];

/** Returns the refusal of a request that must not be accepted. */
function refuse(...call: Parameters<typeof verify>): Refusal {
  const result = verify(...call);
  if (!Array.isArray(result)) throw new Error(`accepted: ${JSON.stringify(result)}`);
  return result;
}

const mismatch = [
  'InvalidSignatureException',
  403,
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and ' +
    'signing method. Consult the service documentation for details.',
];

describe('a signature in the header', () => {
  it('is accepted for every service', async () => {
    for (const service of ['lambda', 'dynamodb', 's3', 'sts', 'sqs', 'execute-api']) {
      const request = await sign({ body: '{"a":1}' }, { service });
      expect(verify(request, service), service).toEqual({ kind: 'root' });
    }
  });

  it('agrees with the signer of the SDK for arbitrary requests', async () => {
    const random = createRandom(17);
    const letters = [
      'a',
      'Z',
      '0',
      '-',
      '_',
      '.',
      '~',
      ' ',
      '+',
      '*',
      "'",
      '(',
      '!',
      'é',
      '€',
      '😀',
      '&',
      '=',
      '%',
      '/',
      ':',
    ];
    const text = (max: number) =>
      Array.from({ length: random.between(0, max) }, () => random.pick(letters)).join('');
    for (let count = 0; count < 200; count += 1) {
      const service = random.pick(['lambda', 's3', 'execute-api', 'cloudformation']);
      const segments = Array.from({ length: random.between(0, 4) }, () =>
        encodeURIComponent(text(8)).replace(
          /[!'()*]/g,
          (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
        ),
      );
      const sent = {
        method: random.pick(['GET', 'POST', 'PUT', 'DELETE']),
        path: `/${segments.join('/')}`,
        query: Object.fromEntries(
          Array.from({ length: random.between(0, 4) }, () => [
            `q${text(5)}`,
            random.percent(30) ? [text(5), text(5)] : text(8),
          ]),
        ),
        headers: {
          'x-amz-meta-a': ` ${encodeURIComponent(text(6))}  b  `,
          'content-type': 'text/plain',
        },
        body: text(20),
      };
      const request = await sign(sent, { service });
      expect(verify(request, service), JSON.stringify({ service, ...sent })).toEqual({
        kind: 'root',
      });
      const changed = { ...request, query: new URLSearchParams([...request.query, ['x', '']]) };
      expect(verify(changed, service)).not.toEqual({ kind: 'root' });
    }
  });

  it('does not match if any part of the request was changed', async () => {
    const request = await sign({
      path: '/a',
      query: { b: '1' },
      body: 'c',
      headers: { 'x-amz-target': 'd' },
    });
    expect(verify(request)).toEqual({ kind: 'root' });
    const changed: readonly UnverifiedRequest[] = [
      { ...request, method: 'PUT' },
      { ...request, path: '/A' },
      { ...request, path: '/a/' },
      { ...request, query: new URLSearchParams('b=2') },
      { ...request, query: new URLSearchParams('') },
      { ...request, body: Buffer.from('C') },
      { ...request, body: Buffer.alloc(0) },
      withHeader(request, 'x-amz-target', 'D'),
      withHeader(request, 'host', '127.0.0.1:4511'),
      withHeader(request, 'x-amz-date', '20261129T170001Z'),
      withHeader(
        request,
        'authorization',
        (request.headers['authorization'] ?? '').replace(/.$/, (digit) =>
          digit === '0' ? '1' : '0',
        ),
      ),
      withHeader(request, 'authorization', (request.headers['authorization'] ?? '').slice(0, -1)),
    ];
    for (const one of changed) expect(verify(one)).toEqual(mismatch);
  });

  it('does not match with another secret', async () => {
    const credentials = { ...keys.root(), secretAccessKey: 'guessed' };
    expect(verify(await sign({}, { credentials }))).toEqual(mismatch);
  });

  it.each([
    ['lambda', 'MissingAuthenticationTokenException', 403, 'Missing Authentication Token'],
    [
      'dynamodb',
      'MissingAuthenticationTokenException',
      400,
      'Request is missing Authentication Token',
    ],
    ['ssm', 'MissingAuthenticationTokenException', 400, 'Request is missing Authentication Token'],
    ['sqs', 'MissingAuthenticationTokenException', 403, 'Request is missing Authentication Token'],
    ['sts', 'MissingAuthenticationToken', 403, 'Request is missing Authentication Token'],
    [
      'cloudformation',
      'MissingAuthenticationToken',
      403,
      'Request is missing Authentication Token',
    ],
    ['s3', 'AccessDenied', 403, 'Access Denied'],
  ])('is required by %s', (service, ...refusal) => {
    expect(verify(receive(toPlain({})), service)).toEqual(refusal);
    const bearer = toPlain({ headers: { authorization: 'Bearer x' } });
    expect(verify(receive(bearer), service)).toEqual(refusal);
  });

  it('must have all its elements', async () => {
    const request = await sign();
    const authorization = request.headers['authorization'] ?? '';
    const refuseHeader = (changed: string) => refuse(withHeader(request, 'authorization', changed));
    const name = 'IncompleteSignatureException';
    expect(refuseHeader('AWS4-HMAC-SHA256 Credential=a')).toEqual([
      name,
      403,
      "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter.",
    ]);
    expect(refuseHeader(authorization.replace('SignedHeaders=', ''))[2]).toContain(
      'missing equal-sign',
    );
    expect(refuseHeader(authorization.replace(region, `${region}/x`))[2]).toContain('exactly 5');
    expect(refuse(withoutHeader(request, 'x-amz-date'))[2]).toContain("a 'X-Amz-Date' or a 'Date'");
    expect(refuse(withHeader(request, 'x-amz-date', 'today'))[2]).toContain("Got 'today'");
  });

  it('may be spelled with other separators', async () => {
    const request = await sign();
    const authorization = (request.headers['authorization'] ?? '').replaceAll(', ', ',');
    expect(verify(withHeader(request, 'authorization', authorization))).toEqual({ kind: 'root' });
  });

  it.each(['AWS4-ECDSA-P256-SHA256', 'AWS4-HMAC-SHA1', 'AWS'])(
    'may not use %s',
    async (algorithm) => {
      const request = await sign();
      const authorization = (request.headers['authorization'] ?? '').replace(
        'AWS4-HMAC-SHA256',
        algorithm,
      );
      const changed = withHeader(request, 'authorization', authorization);
      expect(verify(changed)).toEqual([
        'IncompleteSignatureException',
        403,
        `Unsupported AWS 'algorithm': '${algorithm}'`,
      ]);
      expect(refuse(changed, 's3').slice(0, 2)).toEqual(['InvalidRequest', 400]);
    },
  );

  it('must cover the host and all headers of AWS', async () => {
    const unsigned = await sign({}, { unsignableHeaders: new Set(['host']) });
    expect(verify(unsigned)).toEqual([
      'InvalidSignatureException',
      403,
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    ]);
    const added = withHeader(await sign(), 'x-amz-invocation-type', 'Event');
    expect(refuse(added)[2]).toContain('x-amz-invocation-type');
    const s3 = withHeader(await sign({}, { service: 's3' }), 'x-amz-acl', 'public-read');
    expect(verify(s3, 's3')).toEqual([
      'AccessDenied',
      403,
      'There were headers present in the request which were not signed',
    ]);
  });

  it('must be the only one', async () => {
    const request = await sign();
    const query = new URLSearchParams('X-Amz-Algorithm=AWS4-HMAC-SHA256');
    expect(refuse({ ...request, query })[0]).toBe('InvalidSignatureException');
    expect(refuse({ ...request, query }, 's3').slice(0, 2)).toEqual(['InvalidArgument', 400]);
  });

  it.each([
    ['lambda', 5, 'InvalidSignatureException', 403],
    ['dynamodb', 5, 'InvalidSignatureException', 400],
    ['cloudformation', 5, 'SignatureDoesNotMatch', 403],
    ['sts', 15, 'SignatureDoesNotMatch', 403],
    ['s3', 15, 'RequestTimeTooSkewed', 403],
  ])(
    'may be at most some minutes old or early for %s (%i)',
    async (service, minutes, ...refusal) => {
      const request = await sign({}, { service });
      for (const direction of [-1, 1]) {
        expect(verify(request, service, now + direction * minutes * minute)).toEqual({
          kind: 'root',
        });
        const late = refuse(request, service, now + direction * (minutes * minute + 1000));
        expect(late.slice(0, 2)).toEqual(refusal);
      }
    },
  );

  it('states the times of a clock that is wrong', async () => {
    const request = await sign();
    expect(refuse(request, 'lambda', now + 6 * minute)[2]).toBe(
      'Signature expired: 20261129T170000Z is now earlier than 20261129T170100Z (20261129T170600Z - 5 min.)',
    );
    expect(refuse(request, 'lambda', now - 6 * minute)[2]).toBe(
      'Signature not yet current: 20261129T170000Z is still later than 20261129T165900Z (20261129T165400Z + 5 min.)',
    );
  });

  it('must have the scope of the service, region and day', async () => {
    const wrong = await sign({}, { service: 'dynamodb', region: 'eu-west-1' });
    expect(verify(wrong)).toEqual([
      'InvalidSignatureException',
      403,
      "Credential should be scoped to a valid region, not 'eu-west-1'. Credential should be scoped to correct service: 'lambda'.",
    ]);
    const request = await sign();
    const authorization = (request.headers['authorization'] ?? '').replace(
      '20261129/',
      '20261128/',
    );
    expect(refuse(withHeader(request, 'authorization', authorization))[2]).toContain(
      "'20261128' != '20261129'",
    );
    const s3 = await sign({}, { service: 's3', region: 'eu-west-1' });
    expect(verify(s3, 's3')).toEqual([
      'AuthorizationHeaderMalformed',
      400,
      "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'us-east-2'",
    ]);
  });
});

describe('an access key', () => {
  const invalid = 'The security token included in the request is invalid.';
  const names = [
    ['lambda', 'UnrecognizedClientException', 403],
    ['dynamodb', 'UnrecognizedClientException', 400],
    ['cloudformation', 'InvalidClientTokenId', 403],
    ['s3', 'InvalidAccessKeyId', 403],
  ] as const;

  it.each(names)('must be known to %s', async (service, ...refusal) => {
    for (const accessKeyId of ['AKIAIOSFODNN7EXAMPLE', 'test', 'constructor', '__proto__']) {
      const credentials = { accessKeyId, secretAccessKey: 's' };
      const refused = refuse(await sign({}, { service, credentials }), service);
      expect(refused.slice(0, 2)).toEqual(refusal);
      if (service !== 's3') expect(refused[2]).toBe(invalid);
    }
  });

  it.each(names)('of another project is reported as such by %s', async (service, ...refusal) => {
    const other = new Credentials({ secret: Buffer.alloc(32, 2), directory: '/other' });
    for (const credentials of [other.root(), other.forSession({ role: 'r', session: 's' })]) {
      expect(verify(await sign({}, { service, credentials }), service)).toEqual([
        ...refusal,
        'The access key belongs to the local runtime of another project.',
      ]);
    }
  });

  it('of a session needs its token and expires', async () => {
    const credentials = keys.forSession({ role: 'worker', session: 'process-order' });
    const request = await sign({}, { credentials });
    const caller = { kind: 'session', role: 'worker', session: 'process-order' };
    expect(verify(request)).toMatchObject(caller);
    const unrecognized = ['UnrecognizedClientException', 403, invalid];
    const { sessionToken, ...withoutToken } = credentials;
    expect(verify(await sign({}, { credentials: withoutToken }))).toEqual(unrecognized);
    const other = keys.forSession({ role: 'admin', session: 'process-order' });
    const mixed = { ...credentials, sessionToken: other.sessionToken ?? '' };
    expect(verify(await sign({}, { credentials: mixed }))).toEqual(unrecognized);
    const [content = '', mac = ''] = (sessionToken ?? '').split('.');
    const forged = Buffer.from(
      Buffer.from(content, 'base64url').toString().replace('worker', 'admin'),
    );
    for (const token of [
      `${forged.toString('base64url')}.${mac}`,
      `${content}.`,
      content,
      '',
      '.',
      'x.y.z',
    ]) {
      expect(
        verify(await sign({}, { credentials: { ...credentials, sessionToken: token } })),
      ).toEqual(unrecognized);
    }
    const later = now + 13 * 60 * minute;
    expect(verify(await sign({}, { credentials, signedAt: later }), 'lambda', later)).toEqual([
      'ExpiredTokenException',
      403,
      'The security token included in the request is expired',
    ]);
    expect(
      verify(await sign({}, { credentials, signedAt: later, service: 's3' }), 's3', later),
    ).toEqual(['ExpiredToken', 400, 'The provided token has expired.']);
  });

  it('of the project or of a user has no token', async () => {
    expect(verify(await sign({}, { credentials: keys.forUser('observe') }))).toEqual({
      kind: 'user',
      name: 'observe',
    });
    expect(refuse(await sign({}, { credentials: keys.forUser('deploy') }))[2]).toBe(invalid);
    const credentials = { ...keys.root(), sessionToken: 'x' };
    expect(refuse(await sign({}, { credentials }))[2]).toBe(invalid);
  });
});

describe('a presigned URL', () => {
  /** Presigns as S3 clients do: the body is not signed. */
  const presignObject = (expiresIn = 3600) =>
    presign(
      {
        path: '/b/k%20%2B',
        query: { versionId: 'a b' },
        headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      },
      { service: 's3', expiresIn },
    );
  const change = (request: UnverifiedRequest, name: string, value?: string) => {
    const query = new URLSearchParams(request.query);
    if (value === undefined) query.delete(name);
    else query.set(name, value);
    return { ...request, query };
  };

  it('of S3 is accepted until it expires, with any body', async () => {
    const request = await presignObject();
    expect(verify(request, 's3', now + 59 * minute)).toEqual({ kind: 'root' });
    expect(verify({ ...request, body: Buffer.from('x') }, 's3')).toEqual({ kind: 'root' });
    const expired = ['AccessDenied', 403, 'Request has expired'];
    expect(verify(request, 's3', now + 61 * minute)).toEqual(expired);
    const early = ['AccessDenied', 403, 'Request is not valid yet'];
    expect(verify(request, 's3', now - 16 * minute)).toEqual(early);
  });

  it('of S3 matches only the request that was signed', async () => {
    const request = await presignObject();
    const changes: UnverifiedRequest[] = [
      { ...request, method: 'DELETE' },
      { ...request, path: '/b/k' },
      change(request, 'versionId'),
      change(request, 'X-Amz-Expires', '7200'),
      change(request, 'X-Amz-Signature', '0'.repeat(64)),
      change(request, 'X-Amz-Signature', 'x'),
      change(request, 'added', '1'),
    ];
    for (const changed of changes) {
      expect(refuse(changed, 's3').slice(0, 2)).toEqual(['SignatureDoesNotMatch', 403]);
    }
  });

  it.each([
    ['X-Amz-Expires', undefined, 'Query-string authentication version 4 requires'],
    ['X-Amz-Signature', undefined, 'Query-string authentication version 4 requires'],
    ['X-Amz-Expires', 'x', 'should be a number'],
    ['X-Amz-Expires', '0', 'must be non-negative'],
    ['X-Amz-Expires', '-5', 'must be non-negative'],
    ['X-Amz-Expires', '604801', 'less than a week'],
    ['X-Amz-Date', 'x', "Got 'x'"],
    ['X-Amz-Credential', 'x', 'exactly 5'],
  ])('of S3 is malformed with %s=%s', async (name, value, message) => {
    const [error, status, text] = refuse(change(await presignObject(), name, value), 's3');
    expect([error, status]).toEqual(['AuthorizationQueryParametersError', 400]);
    expect(text).toContain(message);
  });

  it('of version 2 or 4a is not supported', async () => {
    const version2 = receive(
      toPlain({ query: { AWSAccessKeyId: 'a', Signature: 'b', Expires: '9' } }),
    );
    const version4a = change(await presignObject(), 'X-Amz-Algorithm', 'AWS4-ECDSA-P256-SHA256');
    for (const request of [version2, version4a]) {
      expect(refuse(request, 's3').slice(0, 2)).toEqual(['InvalidRequest', 400]);
      expect(refuse(request, 'sts')[0]).toBe('IncompleteSignature');
    }
  });

  it('of another service covers the body and is as old as a signature in the header may be', async () => {
    const empty = hash('sha256', '');
    const request = await presign(
      { headers: { 'x-amz-content-sha256': empty } },
      { service: 'sts', expiresIn: 3600 },
    );
    expect(verify(request, 'sts', now + 14 * minute)).toEqual({ kind: 'root' });
    expect(refuse(request, 'sts', now + 16 * minute)[2]).toContain('Signature expired');
    expect(refuse({ ...request, body: Buffer.from('x') }, 'sts')[0]).toBe('SignatureDoesNotMatch');
    const short = await presign(
      { headers: { 'x-amz-content-sha256': empty } },
      { service: 'sts', expiresIn: 10 },
    );
    expect(refuse(short, 'sts', now + minute)[2]).toContain('Signature expired');
  });

  it('of a session contains its token', async () => {
    const credentials = keys.forSession({ role: 'worker', session: 's' });
    const headers = { 'x-amz-content-sha256': hash('sha256', '') };
    const request = await presign({ headers }, { credentials });
    expect(verify(request)).toMatchObject({ kind: 'session', role: 'worker' });
    expect(refuse(change(request, 'X-Amz-Security-Token'))[0]).toBe('UnrecognizedClientException');
  });
});

describe('the body of a request to S3', () => {
  const send = (body: string, sha256: string | undefined) =>
    sign(
      {
        method: 'PUT',
        path: '/b/k',
        body,
        ...(sha256 ? { headers: { 'x-amz-content-sha256': sha256 } } : {}),
      },
      { service: 's3' },
    );

  it('has the declared hash, or is declared as unsigned', async () => {
    expect(verify(await send('x', undefined), 's3')).toEqual({ kind: 'root' });
    expect(verify(await send('x', 'UNSIGNED-PAYLOAD'), 's3')).toEqual({ kind: 'root' });
    expect(refuse(await send('x', hash('sha256', 'y')), 's3').slice(0, 2)).toEqual([
      'XAmzContentSHA256Mismatch',
      400,
    ]);
    expect(refuse(await send('x', 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD'), 's3')[0]).toBe(
      'InvalidArgument',
    );
    const undeclared = withoutHeader(await send('x', undefined), 'x-amz-content-sha256');
    expect(refuse(undeclared, 's3').slice(0, 2)).toEqual(['InvalidRequest', 400]);
  });

  it('is always signed for other services', async () => {
    const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    expect(verify(await sign({ body: 'x', headers }))).toEqual(mismatch);
  });

  /** Signs chunks as https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html describes. */
  async function sendChunks(
    parts: readonly string[],
    trailer?: string,
  ): Promise<UnverifiedRequest> {
    const sha256 = `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer === undefined ? '' : '-TRAILER'}`;
    const request = await send('', sha256);
    const { authorization = '', 'x-amz-date': date = '' } = request.headers;
    const hmac = (key: string | Buffer, text: string) =>
      createHmac('sha256', key).update(text).digest();
    const scope = [date.slice(0, 8), region, 's3', 'aws4_request'];
    const key = scope.reduce<string | Buffer>(hmac, `AWS4${keys.root().secretAccessKey}`);
    let previous = /Signature=(.*)/.exec(authorization)?.[1] ?? '';
    const next = (kind: string, ...hashes: string[]) => {
      const text = [`AWS4-HMAC-SHA256-${kind}`, date, scope.join('/'), previous, ...hashes].join(
        '\n',
      );
      previous = hmac(key, text).toString('hex');
      return previous;
    };
    const frames = [...parts, ''].map((part) => {
      const signature = next('PAYLOAD', hash('sha256', ''), hash('sha256', part));
      return `${part.length.toString(16)};chunk-signature=${signature}\r\n${part}\r\n`;
    });
    if (trailer !== undefined) {
      const signature = next('TRAILER', hash('sha256', `${trailer}\n`));
      frames.push(`${trailer}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`);
    }
    return { ...request, body: Buffer.from(frames.join('')) };
  }

  it('may consist of signed chunks and trailers', async () => {
    expect(verify(await sendChunks(['ab', 'c']), 's3')).toEqual({ kind: 'root' });
    expect(verify(await sendChunks([]), 's3')).toEqual({ kind: 'root' });
    const trailer = 'x-amz-checksum-crc32:AAAAAA==';
    expect(verify(await sendChunks(['abc'], trailer), 's3')).toEqual({ kind: 'root' });
  });

  it.each([
    ['a changed chunk', 'ab', 'aB'],
    ['a changed last chunk', '1;chunk-signature', '0;chunk-signature'],
    ['an unsigned chunk', /;chunk-signature=\w+/, ''],
    ['a changed trailer', 'AAAAAA==', 'BAAAAA=='],
    ['an unsigned trailer', /x-amz-trailer-signature:\w+/, ''],
    [
      'an added trailer',
      'x-amz-trailer-signature',
      'x-amz-checksum-sha1:a\r\nx-amz-trailer-signature',
    ],
    ['exchanged chunks', /(2;[\s\S]*?ab\r\n)(1;[\s\S]*?c\r\n)/, '$2$1'],
    ['a missing chunk', /2;[\s\S]*?ab\r\n/, ''],
  ])('is refused with %s', async (_, search, replacement) => {
    const request = await sendChunks(['ab', 'c'], 'x-amz-checksum-crc32:AAAAAA==');
    const body = request.body.toString().replace(search, replacement);
    expect(body).not.toBe(request.body.toString());
    const [name] = refuse({ ...request, body: Buffer.from(body) }, 's3');
    expect(['SignatureDoesNotMatch', 'IncompleteBody']).toContain(name);
  });

  it.each(['', 'x', '5\r\nab', '-1\r\n', '1\r\nabc', 'ffffffff\r\n'])(
    'is refused if it is %j',
    async (text) => {
      const request = { ...(await sendChunks([])), body: Buffer.from(text) };
      expect(refuse(request, 's3')[0]).toBe('IncompleteBody');
    },
  );
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  DeleteAliasCommand,
  DeleteFunctionUrlConfigCommand,
  GetFunctionUrlConfigCommand,
  LambdaClient,
  ListFunctionUrlConfigsCommand,
  PublishVersionCommand,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../../src/local/runtime/runtime.ts';
import { checkResponses } from '../../support/api-model.ts';
import { signedFetch } from '../../support/credentials.ts';
import { createUsers } from '../../support/runtime-users.ts';

const directory = mkdtempSync(join(tmpdir(), 'urls-'));
const functionArn = 'arn:aws:lambda:us-east-2:000000000000:function:open';
const code = `export const handler = async (event) => {
  if (!event.body) return event;
  const { result, error } = JSON.parse(event.body);
  if (error) throw new Error(error);
  return result;
};`;

let runtime: Runtime;
let client: LambdaClient;
let faults: string[];
let open: string;
let credentialsOf: Awaited<ReturnType<typeof createUsers>>;

const allow = (...Action: string[]) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
});

beforeAll(async () => {
  credentialsOf = await createUsers(directory, {
    both: [allow('lambda:InvokeFunctionUrl', 'lambda:InvokeFunction')],
    url: [allow('lambda:InvokeFunctionUrl')],
    function: [allow('lambda:InvokeFunction')],
  });
  runtime = await startRuntime({ directory, port: 0, timeScale: 1, faults: { enforceIam: false } });
  const { credentials } = runtime;
  client = new LambdaClient({
    endpoint: runtime.url,
    region: 'us-east-2',
    credentials,
    maxAttempts: 1,
  });
  faults = checkResponses(client);
  await create('open');
  await create('signed');
  await create('durable', { DurableConfig: { ExecutionTimeout: 901 } });
  open = await createUrl('open', 'NONE');
  await permit('open');
});
afterAll(async () => {
  client.destroy();
  await runtime.close();
  rmSync(directory, { recursive: true });
});

/** Creates a function through the service, so that its role does not have to exist. */
async function create(FunctionName: string, more: object = {}): Promise<void> {
  const response = await signedFetch('lambda', `${runtime.url}/2015-03-31/functions`, {
    method: 'POST',
    credentials: runtime.credentials,
    body: JSON.stringify({
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'r',
      Code: {
        ZipFile: Buffer.from(zipSync({ 'index.mjs': Buffer.from(code) })).toString('base64'),
      },
      ...more,
    }),
  });
  expect(response.status).toBe(201);
}

async function createUrl(
  FunctionName: string,
  AuthType: 'NONE' | 'AWS_IAM',
  more: object = {},
): Promise<string> {
  const command = new CreateFunctionUrlConfigCommand({ FunctionName, AuthType, ...more });
  return (await client.send(command)).FunctionUrl ?? '';
}

const urlPermission = {
  StatementId: 'url',
  Action: 'lambda:InvokeFunctionUrl',
  Principal: '*',
  FunctionUrlAuthType: 'NONE',
} as const;
const invokePermission = {
  StatementId: 'invoke',
  Action: 'lambda:InvokeFunction',
  Principal: '*',
  InvokedViaFunctionUrl: true,
} as const;

async function permit(FunctionName: string, more: object = {}): Promise<void> {
  for (const permission of [urlPermission, invokePermission]) {
    await client.send(new AddPermissionCommand({ FunctionName, ...permission, ...more }));
  }
}

/** Sends a request whose function returns a result, and returns its response. */
async function call(result: unknown, url = open): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ result }),
  });
}

// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-request-payload
describe('the event of a request', () => {
  it('has the payload format 2.0', async () => {
    const response = await fetch(`${open}a/b%20c?x=1&y=%202&x=3+`, {
      headers: { 'X-Mixed': 'V', cookie: 'one=1; two=2', 'user-agent': 'agent' },
    });
    const event = (await response.json()) as Record<string, unknown>;
    const [, id] = /\/lambda-url\/([a-z2-7]{32})\/$/.exec(open) ?? [];
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/a/b%20c',
      rawQueryString: 'x=1&y=%202&x=3+',
      queryStringParameters: { x: '1,3 ', y: ' 2' },
      cookies: ['one=1', 'two=2'],
      headers: { 'x-mixed': 'V' },
      isBase64Encoded: false,
      requestContext: {
        accountId: 'anonymous',
        apiId: id,
        domainName: `${id}.lambda-url.us-east-2.on.aws`,
        domainPrefix: id,
        http: { method: 'GET', path: '/a/b%20c', sourceIp: '127.0.0.1', userAgent: 'agent' },
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
    });
    expect(event['headers']).not.toHaveProperty('cookie');
    expect(event).not.toHaveProperty('body');
    expect(event['requestContext']).not.toHaveProperty('authorizer');
    expect(await (await fetch(open)).json()).not.toHaveProperty('queryStringParameters');
  });

  it.each([
    ['application/json', '{"result":{"body":"ok","statusCode":200}}', 200],
    // Base64 is not JSON for this function.
    ['application/x-www-form-urlencoded', '{"result":"a"}', 502],
    ['application/octet-stream', '{"result":"a"}', 502],
  ])('has a body as text only for text types: %s', async (type, body, status) => {
    const response = await fetch(open, { method: 'POST', headers: { 'content-type': type }, body });
    expect(response.status).toBe(status);
  });
});

// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload
describe('the response', () => {
  it.each<[string, unknown, number, string]>([
    ['text', 'hello', 200, 'hello'],
    ['an object without statusCode', { body: 'x' }, 200, '{"body":"x"}'],
    ['null', null, 200, 'null'],
    // https://github.com/localstack/localstack/issues/8213
    ['a status as text and a body that is no text', { statusCode: '404', body: {} }, 404, '{}'],
    ['Base64', { statusCode: 201, body: 'aGk=', isBase64Encoded: true }, 201, 'hi'],
    ['a status that does not exist', { statusCode: 99 }, 502, 'Internal Server Error'],
    [
      'a header that is no text',
      { statusCode: 200, headers: { a: {} } },
      502,
      'Internal Server Error',
    ],
    [
      'cookies that are not a list',
      { statusCode: 200, cookies: 'a=b' },
      502,
      'Internal Server Error',
    ],
  ])('is made of %s', async (_, result, status, body) => {
    const response = await call(result);
    expect([response.status, await response.text()]).toEqual([status, body]);
    expect(response.headers.get('content-type')).toBe('application/json');
  });

  it('has the headers and cookies of the function', async () => {
    const headers = { 'Content-Type': 'text/plain', 'X-Own': 'a' };
    const response = await call({ statusCode: 200, headers, cookies: ['a=1', 'b=2; Secure'] });
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(response.headers.get('x-own')).toBe('a');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2; Secure']);
  });

  it('is 502 if the function fails', async () => {
    const body = JSON.stringify({ error: 'no' });
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    const response = await fetch(open, { method: 'POST', headers, body });
    expect([response.status, await response.text()]).toEqual([502, 'Internal Server Error']);
  });

  it('names the reason if a durable function cannot be invoked synchronously', async () => {
    await client.send(new PublishVersionCommand({ FunctionName: 'durable' }));
    const alias = { FunctionName: 'durable', Name: 'live', FunctionVersion: '1' };
    await client.send(new CreateAliasCommand(alias));
    for (const [more, reason] of [
      [{}, 'unqualified ARN'],
      [{ Qualifier: 'live' }, 'executionTimeout greater than 15 minutes'],
    ] as const) {
      const url = await createUrl('durable', 'NONE', more);
      await permit('durable', more);
      const response = await fetch(url);
      expect([response.status, await response.text()]).toEqual([
        400,
        expect.stringContaining(reason),
      ]);
    }
  });
});

// https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
describe('access', () => {
  const forbidden = { Message: expect.stringMatching(/^Forbidden\. For troubleshooting/) };

  it('without a signature needs both permissions in the policy of the function', async () => {
    await create('closed');
    const url = await createUrl('closed', 'NONE');
    const add = (permission: typeof urlPermission | typeof invokePermission) =>
      client.send(new AddPermissionCommand({ FunctionName: 'closed', ...permission }));
    const refused = await fetch(url);
    expect([refused.status, await refused.json()]).toEqual([403, forbidden]);
    await add(urlPermission);
    expect((await fetch(url)).status).toBe(403);
    await add(invokePermission);
    expect((await fetch(url)).status).toBe(200);
    const command = { FunctionName: 'closed', AuthType: 'AWS_IAM' } as const;
    await client.send(new UpdateFunctionUrlConfigCommand(command));
    expect((await fetch(url)).status).toBe(403);
  });

  it('with a signature needs both permissions, in one policy or the other', async () => {
    const url = await createUrl('signed', 'AWS_IAM');
    const send = async (user: string) => {
      const credentials = credentialsOf(user);
      const response = await signedFetch('lambda', url, { credentials });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    expect(await send('url')).toEqual({ status: 403, body: forbidden });
    expect(await send('function')).toEqual({ status: 403, body: forbidden });
    const { status, body } = await send('both');
    expect(status).toBe(200);
    const userArn = 'arn:aws:iam::000000000000:user/both';
    expect(body['requestContext']).toMatchObject({
      accountId: '000000000000',
      authorizer: { iam: { accountId: '000000000000', userArn } },
    });
    expect((await fetch(url)).status).toBe(403);
    const other = await signedFetch('sqs', url, { credentials: credentialsOf('both') });
    expect(other.status).toBe(403);

    // A browser does not sign preflight requests.
    const Cors = { AllowOrigins: ['*'], AllowMethods: ['*'] };
    await client.send(new UpdateFunctionUrlConfigCommand({ FunctionName: 'signed', Cors }));
    const headers = { origin: 'https://shop.example', 'access-control-request-method': 'PUT' };
    const preflight = await fetch(url, { method: 'OPTIONS', headers });
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect((await fetch(url, { method: 'OPTIONS' })).status).toBe(403);
  });

  it('to an address that does not exist is forbidden', async () => {
    const url = open.replace(/[a-z2-7]{32}/, 'a'.repeat(32));
    const response = await fetch(url);
    expect([response.status, await response.json()]).toEqual([403, forbidden]);
  });

  it.each<[string, object]>([
    [
      'only supported for lambda:InvokeFunctionUrl',
      { ...invokePermission, FunctionUrlAuthType: 'NONE' },
    ],
    [
      'only supported for lambda:InvokeFunction action',
      { ...urlPermission, InvokedViaFunctionUrl: true },
    ],
    ["'functionUrlAuthType'", { ...urlPermission, FunctionUrlAuthType: 'ALL' }],
  ])('cannot be permitted with a member of another action: %s', async (message, input) => {
    const command = { FunctionName: 'open', ...urlPermission, ...input, StatementId: 'other' };
    await expect(client.send(new AddPermissionCommand(command))).rejects.toThrow(message);
  });
});

// https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors
describe('a URL with CORS settings', () => {
  const Origin = 'https://shop.example';
  const Cors = {
    AllowOrigins: [Origin],
    AllowMethods: ['PUT'],
    AllowHeaders: ['X-Own'],
    ExposeHeaders: ['etag'],
    AllowCredentials: true,
    MaxAge: 60,
  };
  const preflight = async (changes: object = {}) => {
    const response = await fetch(open, {
      method: 'OPTIONS',
      headers: {
        origin: Origin,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'x-own',
        ...changes,
      },
    });
    const names = [...response.headers.keys()].filter((name) => name.startsWith('access-control'));
    return {
      status: response.status,
      text: await response.text(),
      headers: Object.fromEntries(names.map((name) => [name, response.headers.get(name)])),
    };
  };
  beforeAll(async () => {
    await client.send(new UpdateFunctionUrlConfigCommand({ FunctionName: 'open', Cors }));
  });
  afterAll(async () => {
    await client.send(new UpdateFunctionUrlConfigCommand({ FunctionName: 'open', Cors: {} }));
    const { Cors: cors } = await client.send(
      new GetFunctionUrlConfigCommand({ FunctionName: 'open' }),
    );
    expect(cors).toBeUndefined();
  });

  it('answers preflight requests without the function', async () => {
    expect(await preflight()).toEqual({
      status: 200,
      text: '',
      headers: {
        'access-control-allow-origin': Origin,
        'access-control-allow-methods': 'PUT',
        'access-control-allow-headers': 'x-own',
        'access-control-allow-credentials': 'true',
        'access-control-max-age': '60',
      },
    });
  });

  it.each([
    { origin: 'https://other.example' },
    { 'access-control-request-method': 'POST' },
    { 'access-control-request-headers': 'x-own,x-other' },
  ])('allows nothing to a preflight request with %j', async (changes) => {
    expect(await preflight(changes)).toMatchObject({ status: 200, headers: {} });
  });

  it('adds its headers to the headers of the function', async () => {
    const headers = { origin: Origin, 'content-type': 'application/json' };
    const own = { 'Access-Control-Allow-Origin': '*' };
    const body = JSON.stringify({ result: { statusCode: 200, headers: own } });
    const response = await fetch(open, { method: 'POST', headers, body });
    expect(response.headers.get('access-control-allow-origin')).toBe(`${Origin}, *`);
    expect(response.headers.get('access-control-expose-headers')).toBe('etag');
    const other = await fetch(open, { headers: { origin: 'https://other.example' } });
    expect(other.headers.has('access-control-allow-origin')).toBe(false);
  });
});

// https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html
describe('the configuration', () => {
  it('exists for a function and for its aliases, with which it is removed', async () => {
    const FunctionName = 'open';
    await client.send(new PublishVersionCommand({ FunctionName }));
    const alias = { FunctionName, Name: 'live', FunctionVersion: '1' };
    await client.send(new CreateAliasCommand(alias));
    const url = await createUrl(FunctionName, 'NONE', {
      Qualifier: 'live',
      InvokeMode: 'BUFFERED',
    });
    await permit(FunctionName, { Qualifier: 'live' });
    expect((await fetch(url)).status).toBe(200);
    const list = async () =>
      (await client.send(new ListFunctionUrlConfigsCommand({ FunctionName }))).FunctionUrlConfigs;
    expect((await list())?.map(({ FunctionArn }) => FunctionArn)).toEqual([
      functionArn,
      `${functionArn}:live`,
    ]);
    await client.send(new DeleteAliasCommand({ FunctionName, Name: 'live' }));
    expect(await list()).toHaveLength(1);
    expect((await fetch(url)).status).toBe(403);
    expect(faults).toEqual([]);
  });

  it('gets another address when it is created again', async () => {
    const FunctionName = 'durable';
    const before = await client.send(new GetFunctionUrlConfigCommand({ FunctionName }));
    await client.send(new DeleteFunctionUrlConfigCommand({ FunctionName }));
    await expect(client.send(new GetFunctionUrlConfigCommand({ FunctionName }))).rejects.toThrow(
      'The resource you requested does not exist.',
    );
    expect(await createUrl(FunctionName, 'AWS_IAM')).not.toBe(before.FunctionUrl);
  });

  it.each<[string, object]>([
    ['FunctionUrlConfig exists for this Lambda function', {}],
    ['Function not found', { FunctionName: 'none' }],
    ['Function not found', { Qualifier: 'none' }],
    ["'qualifier'", { Qualifier: '1' }],
    ["'qualifier'", { Qualifier: '$LATEST' }],
    ["'authType'", { AuthType: 'ALL' }],
    ["'authType'", { AuthType: undefined }],
    ["'invokeMode'", { InvokeMode: 'OTHER' }],
    ['InvokeMode RESPONSE_STREAM', { InvokeMode: 'RESPONSE_STREAM' }],
    ["'cors.maxAge'", { Cors: { MaxAge: 86_401 } }],
    ["'cors.allowMethods'", { Cors: { AllowMethods: ['OPTIONS'] } }],
    ["'cors.allowOrigins.member'", { Cors: { AllowOrigins: ['a'.repeat(254)] } }],
    ["'cors.allowHeaders'", { Cors: { AllowHeaders: 'a' } }],
    ["'cors.allowCredentials'", { Cors: { AllowCredentials: 'yes' } }],
    ['Cors.Invented', { Cors: { Invented: 1 } }],
    ['Invented', { Invented: 1 }],
  ])('is refused: %s', async (message, input) => {
    const {
      FunctionName = 'open',
      Qualifier,
      ...body
    }: { FunctionName?: string; Qualifier?: string; AuthType?: string } = {
      AuthType: 'NONE',
      ...input,
    };
    const query = Qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(Qualifier)}`;
    const response = await signedFetch(
      'lambda',
      `${runtime.url}/2021-10-31/functions/${FunctionName}/url${query}`,
      { method: 'POST', credentials: runtime.credentials, body: JSON.stringify(body) },
    );
    expect(await response.text()).toContain(message);
    expect(response.status).toBeGreaterThanOrEqual(400);
  });
});

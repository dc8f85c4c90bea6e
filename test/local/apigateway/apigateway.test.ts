import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiGateway } from '../../../src/local/apigateway/service.ts';
import { renderTemplate } from '../../../src/local/apigateway/velocity.ts';
import { createInput } from '../../../src/local/apigateway/vtl.ts';
import type { InvokeInput, InvokeOutput } from '../../../src/local/shared/service-interfaces.ts';
import { openStore, type Store } from '../../../src/local/store/store.ts';
import { type RunningServer, serve } from '../../../src/local/wire/server.ts';
import {
  presignUrl,
  signedFetch,
  testCredentials,
  testVerifier,
} from '../../support/credentials.ts';
import { createFakeLambda } from '../cloudformation/fakes.ts';

const directory = mkdtempSync(join(tmpdir(), 'api-'));
const uri = (name: string) =>
  `arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-2:000000000000:function:${name}/invocations`;
let invokeResult: () => Partial<InvokeOutput> = () => ({});
let invoked: InvokeInput | undefined;
let store: Store;
let server: RunningServer;
let url: string;

const definition = {
  'x-amazon-apigateway-request-validators': {
    all: { validateRequestBody: true, validateRequestParameters: true },
  },
  'x-amazon-apigateway-request-validator': 'all',
  'x-amazon-apigateway-gateway-responses': {
    BAD_REQUEST_BODY: {
      statusCode: 400,
      responseTemplates: {
        'application/json':
          '{"error":"InvalidRequest","message":"$context.error.validationErrorString"}',
      },
    },
    INTEGRATION_FAILURE: {
      statusCode: 503,
      responseParameters: { 'gatewayresponse.header.Retry-After': "'5'" },
    },
  },
  paths: {
    '/orders': {
      post: {
        parameters: [{ name: 'Idempotency-Key', in: 'header', required: true }],
        requestBody: {
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
        },
        'x-amazon-apigateway-integration': {
          type: 'aws',
          uri: uri('worker:live'),
          passthroughBehavior: 'never',
          requestParameters: {
            'integration.request.header.X-Amz-Invocation-Type': "'Event'",
          },
          requestTemplates: {
            'application/json': `#set($id = $util.escapeJavaScript($input.params('Idempotency-Key')).replaceAll("\\\\'", "'"))
#set($context.requestOverride.header.X-Amz-Durable-Execution-Name = $id)
{"orderId":"$id","order":$input.json('$')}`,
          },
          responses: {
            default: {
              statusCode: '202',
              responseTemplates: {
                'application/json': `#set($context.responseOverride.header.Location = "/$context.stage/orders/$input.params('Idempotency-Key')")
{"status":"ACCEPTED"}`,
              },
            },
          },
        },
      },
    },
    '/signed/{id}': {
      get: {
        security: [{ sigv4: [] }],
        'x-amazon-apigateway-integration': { type: 'aws_proxy', uri: uri('status') },
      },
    },
    '/orders/{proxy+}': {
      'x-amazon-apigateway-any-method': {
        'x-amazon-apigateway-integration': { type: 'aws_proxy', uri: uri('status') },
      },
    },
    '/mapped': {
      get: {
        'x-amazon-apigateway-integration': {
          type: 'aws',
          uri: uri('worker'),
          responses: {
            default: {
              statusCode: '201',
              responseParameters: {
                'method.response.header.Location': 'integration.response.body.order.id',
                'method.response.header.X-Stage': 'context.stage',
                'method.response.header.X-Query': 'method.request.querystring.q',
                'method.response.header.X-Type': 'integration.response.header.Content-Type',
                'method.response.header.X-Color': 'stageVariables.color',
                'method.response.header.X-Text': "'text'",
                'method.response.header.X-None': 'integration.response.body.none',
              },
            },
          },
        },
      },
    },
    '/mock': {
      options: {
        'x-amazon-apigateway-integration': {
          type: 'mock',
          requestTemplates: {
            'application/json': `{"statusCode": #if($input.params('fail') == 'yes')418#{else}200#end}`,
          },
          responses: {
            default: { statusCode: '200', responseTemplates: { 'application/json': '{"a":1}' } },
            '4\\d{2}': { statusCode: '400' },
          },
        },
      },
    },
    '/orders/{orderId}/lines': {
      get: { 'x-amazon-apigateway-integration': { type: 'aws_proxy', uri: uri('status') } },
    },
    '/orders/latest': {
      get: { 'x-amazon-apigateway-integration': { type: 'aws_proxy', uri: uri('status') } },
    },
    '/orders/{orderId}': {
      get: { 'x-amazon-apigateway-integration': { type: 'aws_proxy', uri: uri('status') } },
    },
  },
  components: {
    securitySchemes: { sigv4: { type: 'apiKey', 'x-amazon-apigateway-authtype': 'awsSigv4' } },
    schemas: {
      Order: {
        type: 'object',
        required: ['items'],
        properties: {
          items: {
            type: 'array',
            minItems: 1,
            items: { type: 'object', properties: { quantity: { type: 'integer', minimum: 1 } } },
          },
        },
      },
    },
  },
};

beforeAll(async () => {
  store = openStore(join(directory, 'state.sqlite'));
  const { functions } = createFakeLambda();
  const apis = createApiGateway({
    store,
    functions: {
      ...functions,
      async invoke(input) {
        invoked = input;
        return { status: 202, payload: '', version: '1', ...invokeResult() };
      },
    },
  });
  server = await serve({ services: [apis.service], store, port: 0, verifier: testVerifier });
  const api = apis.put({ name: 'a', definition });
  const deployment = apis.createDeployment(api);
  apis.putStage({ api, name: 'v1', deployment, variables: { color: 'blue' } });
  url = `${server.url}/execute-api/${api}/v1`;
});

afterAll(async () => {
  await server.close();
  store.close();
  rmSync(directory, { recursive: true });
});

const submit = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/orders`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'Idempotency-Key': 'ord-1', ...headers },
  });

it('starts the function asynchronously under the name that its template sets', async () => {
  invokeResult = () => ({});
  const response = await submit('{"items":[{"quantity":2}]}');
  expect(response.status).toBe(202);
  expect(response.headers.get('location')).toBe('/v1/orders/ord-1');
  expect(await response.json()).toEqual({ status: 'ACCEPTED' });
  expect(invoked).toMatchObject({
    functionName: 'worker',
    qualifier: 'live',
    type: 'Event',
    executionName: 'ord-1',
  });
  expect(JSON.parse(String(invoked?.payload))).toEqual({
    orderId: 'ord-1',
    order: { items: [{ quantity: 2 }] },
  });
});

it.each([
  ['{"items":[{"quantity":0}]}', /items\[0\]\.quantity/],
  ['{}', /items: is required/],
  ['{"items"', /Malformed JSON/],
])('reports the problem of %s', async (body, message) => {
  const response = await submit(body);
  expect(response.status).toBe(400);
  expect(await response.text()).toMatch(message);
});

it('rejects other media types, missing parameters and unknown routes', async () => {
  expect((await submit('x', { 'content-type': 'text/plain' })).status).toBe(415);
  const missing = await submit('{"items":[{}]}', { 'Idempotency-Key': '' });
  expect(missing.status).toBe(400);
  const unknown = await fetch(`${url}/nothing`);
  expect(unknown.status).toBe(403);
  expect(await unknown.json()).toEqual({ message: 'Missing Authentication Token' });
  expect((await submit(`"${'x'.repeat(10 * 1024 * 1024)}"`)).status).toBe(413);
});

describe('a method with AWS_IAM', () => {
  const read = async (response: Response) => [
    response.status,
    response.headers.get('x-amzn-errortype'),
    ((await response.json()) as { message: string }).message,
  ];
  const send = (options: Parameters<typeof signedFetch>[2] = {}, service = 'execute-api') =>
    signedFetch(service, `${url}/signed/a%20b?c=d`, options);
  const mismatch = expect.stringContaining('signature we calculated does not match');

  it('accepts requests that are signed for execute-api', async () => {
    invokeResult = () => ({ payload: '{"statusCode":200,"body":"{}"}' });
    expect((await send()).status).toBe(200);
    expect(
      (await fetch(await presignUrl('execute-api', `${url}/signed/a`, emptyBody))).status,
    ).toBe(200);
  });

  it('refuses all others with the names and texts of API Gateway', async () => {
    const invalid = 'The security token included in the request is invalid.';
    expect(await read(await fetch(`${url}/signed/a`))).toEqual([
      403,
      'MissingAuthenticationTokenException',
      'Missing Authentication Token',
    ]);
    expect(
      await read(await send({ credentials: { accessKeyId: 'a', secretAccessKey: 'b' } })),
    ).toEqual([403, 'UnrecognizedClientException', invalid]);
    const credentials = { ...testCredentials, secretAccessKey: 'b' };
    expect(await read(await send({ credentials }))).toEqual([
      403,
      'InvalidSignatureException',
      mismatch,
    ]);
    expect(await read(await send({}, 'lambda'))).toEqual([
      403,
      'InvalidSignatureException',
      "Credential should be scoped to correct service: 'execute-api'.",
    ]);
  });

  const emptyBody = { headers: { 'x-amz-content-sha256': createHash('sha256').digest('hex') } };
});

it('ignores the signature of a request to an open method', async () => {
  invokeResult = () => ({ payload: '{"statusCode":200,"body":"{}"}' });
  const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=a/b, Signature=c' };
  expect((await fetch(`${url}/orders/a`, { headers })).status).toBe(200);
});

it('maps an error of the function to INTEGRATION_FAILURE', async () => {
  invokeResult = () => {
    throw new Error('throttled');
  };
  const response = await submit('{"items":[{}]}');
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('5');
});

it('passes the event to a proxied function and returns its response', async () => {
  const body = JSON.stringify({ statusCode: 404, headers: { 'X-A': 'b' }, body: 'none' });
  invokeResult = () => ({ payload: body });
  const response = await fetch(`${url}/orders/a%2Fb%2520c?full=1`);
  expect(response.status).toBe(404);
  expect(response.headers.get('x-a')).toBe('b');
  expect(await response.text()).toBe('none');
  expect(JSON.parse(String(invoked?.payload))).toMatchObject({
    httpMethod: 'GET',
    resource: '/orders/{orderId}',
    pathParameters: { orderId: 'a/b%20c' },
    queryStringParameters: { full: '1' },
  });
});

it("implements the methods of Java's strings in templates", () => {
  const template =
    '#set($s = "ab-1")$s.matches("[a-z-]+\\d") $s.replaceAll("[a-z]", "x") $s.length() $s.isEmpty()';
  expect(renderTemplate(template, {})).toBe('true xx-1 4 false');
});

it('distinguishes upper and lower case in the names of headers', async () => {
  invokeResult = () => ({});
  const response = await fetch(`${url}/orders`, {
    method: 'POST',
    body: '{"items":[{"quantity":2}]}',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'ord-2' },
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    message: 'Missing required request parameters: [Idempotency-Key]',
  });
  await fetch(`${url}/orders/a`, { headers: { 'X-Spelled': 'a', 'x-lower': 'b' } });
  expect(JSON.parse(String(invoked?.payload)).headers).toMatchObject({
    'X-Spelled': 'a',
    'x-lower': 'b',
  });
});

it('offers all parameters of a request to templates, in the spelling of the client', () => {
  const input = createInput('{}', {
    path: {},
    querystring: { a: 'b' },
    header: { 'x-key': '1', Host: 'h' },
  });
  const template =
    '#foreach($name in $input.params().header.keySet())$name=$input.params().header.get($name);#end$input.params("X-Key")|$input.params("x-key")|$input.params("a")';
  expect(renderTemplate(template, { input })).toBe('x-key=1;Host=h;|1|b');
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-set-up-simple-proxy.html
it.each([
  ['/orders/5', '/orders/{orderId}'],
  ['/orders/latest', '/orders/latest'],
  ['/orders/latest/lines', '/orders/{orderId}/lines'],
  ['/orders/5/else', '/orders/{proxy+}'],
  ['/orders/latest/lines/1', '/orders/{proxy+}'],
])('sends %s to the most specific resource, %s', async (path, resource) => {
  invokeResult = () => ({ payload: '{}' });
  await fetch(`${url}${path}`);
  expect(JSON.parse(String(invoked?.payload))).toMatchObject({ resource, path });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
describe('the result of a proxied function', () => {
  const read = async (payload: string) => {
    invokeResult = () => ({ payload });
    const response = await fetch(`${url}/orders/a`);
    return { status: response.status, headers: response.headers, body: await response.text() };
  };

  it.each([
    ['{"statusCode":204,"body":null}', 204, ''],
    ['{"statusCode":"201","body":"x"}', 201, 'x'],
    ['{"body":"x","headers":null}', 200, 'x'],
    ['{}', 200, ''],
    ['{"body":"eA==","isBase64Encoded":true}', 200, 'eA=='],
    ['{"headers":{"X-A":true}}', 200, ''],
  ])('%s is the response %i "%s"', async (payload, status, body) => {
    expect(await read(payload)).toMatchObject({ status, body });
  });

  it.each([
    'null',
    '"text"',
    '[]',
    '{"body":{}}',
    '{"statusCode":200,"other":1}',
    '{"headers":{"X-N":5}}',
    '{"headers":{"X-N":null}}',
    '{"multiValueHeaders":{"X-N":"a"}}',
    '{"statusCode":"ok"}',
    '{"statusCode":99}',
    '{"isBase64Encoded":"true"}',
  ])('%s is malformed', async (payload) => {
    expect(await read(payload)).toMatchObject({
      status: 502,
      body: '{"message":"Internal server error"}',
    });
  });

  it('has all values of its headers', async () => {
    const { headers } = await read(
      '{"headers":{"X-One":"a","Set-Cookie":"c=3"},"multiValueHeaders":{"Set-Cookie":["a=1","b=2"]}}',
    );
    expect(headers.get('x-one')).toBe('a');
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2', 'c=3']);
  });
});

it('passes headers, time and domain to a proxied function as API Gateway does', async () => {
  invokeResult = () => ({ payload: '{}' });
  const headers = new Headers([
    ['x-multi', 'one'],
    ['x-other', 'b'],
  ]);
  await fetch(`${url}/orders/a?x=1&x=2`, { headers });
  const event = JSON.parse(String(invoked?.payload)) as { requestContext: object };
  expect(event).not.toHaveProperty('version');
  expect(event).toMatchObject({
    headers: { 'x-multi': 'one' },
    multiValueHeaders: { 'x-multi': ['one'] },
    queryStringParameters: { x: '2' },
    multiValueQueryStringParameters: { x: ['1', '2'] },
    stageVariables: { color: 'blue' },
    requestContext: {
      protocol: 'HTTP/1.1',
      requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      domainName: expect.stringMatching(/\.execute-api\./),
      resourceId: expect.stringMatching(/^\w+$/),
    },
  });
  expect(event.requestContext).not.toHaveProperty('requestOverride');
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
it('maps headers of a response from the body, the headers, the request and the context', async () => {
  invokeResult = () => ({ payload: '{"order":{"id":"o1"}}' });
  const { status, headers } = await fetch(`${url}/mapped?q=1`);
  expect(status).toBe(201);
  expect(Object.fromEntries(headers)).toMatchObject({
    location: 'o1',
    'x-stage': 'v1',
    'x-query': '1',
    'x-type': 'application/json',
    'x-color': 'blue',
    'x-text': 'text',
  });
  expect(headers.has('x-none')).toBe(false);
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
it('responds to a mock integration with the response that its status code selects', async () => {
  const send = (query: string) => fetch(`${url}/mock${query}`, { method: 'OPTIONS' });
  const success = await send('');
  expect([success.status, await success.json()]).toEqual([200, { a: 1 }]);
  expect((await send('?fail=yes')).status).toBe(400);
});

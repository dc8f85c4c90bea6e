import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startClientRuntime } from '../client-runtime.ts';

let local: Awaited<ReturnType<typeof startClientRuntime>>;
const urls: Record<string, string> = {};

/** Returns what the query asks for, otherwise what the event contains. */
const code = `exports.handler = async (event) => {
  const { body, base64 } = event.queryStringParameters ?? {};
  if (body === undefined) return { body: JSON.stringify([event.body, event.isBase64Encoded]) };
  return { body, isBase64Encoded: base64 !== 'no', headers: { 'content-type': 'image/png' } };
};`;

const template = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs24.x
      Handler: index.handler
      Timeout: 30
      InlineCode: ${JSON.stringify(code)}
      Events:
        Some: {Type: Api, Properties: {RestApiId: !Ref Some, Path: /, Method: any}}
        All: {Type: Api, Properties: {RestApiId: !Ref All, Path: /, Method: post}}
  Some: {Type: AWS::Serverless::Api, Properties: {StageName: v1, BinaryMediaTypes: [image~1png, application/*]}}
  All: {Type: AWS::Serverless::Api, Properties: {StageName: v1, BinaryMediaTypes: ['*/*'], Cors: "'*'"}}
  Property:
    Type: AWS::ApiGateway::RestApi
    Properties:
      BinaryMediaTypes: [image~1png]
      Body:
        openapi: 3.0.1
        paths:
          /:
            post:
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/\${Function.Arn}/invocations
          /mapped:
            post:
              x-amazon-apigateway-integration: &mapped
                type: mock
                requestTemplates: {image/png: '{"statusCode": 200, "at": "$input.body"}'}
                responses: {default: {statusCode: '200'}}
          /converted:
            post: {x-amazon-apigateway-integration: {<<: *mapped, contentHandling: CONVERT_TO_TEXT}}
  Permission:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref Function, Action: 'lambda:InvokeFunction', Principal: apigateway.amazonaws.com}
  Deployment: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Property, StageName: v1}}
Outputs:
  Some: {Value: !Ref Some}
  All: {Value: !Ref All}
  Property: {Value: !Ref Property}
`;

beforeAll(async () => {
  local = await startClientRuntime();
  const client = new CloudFormationClient(local.settings);
  const StackName = 'binary';
  const Capabilities = ['CAPABILITY_IAM' as const, 'CAPABILITY_AUTO_EXPAND' as const];
  await client.send(new CreateStackCommand({ StackName, TemplateBody: template, Capabilities }));
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
  for (const { OutputKey = '', OutputValue } of Stacks?.[0]?.Outputs ?? []) {
    urls[OutputKey] = `${local.runtime.url}/execute-api/${OutputValue}/v1`;
  }
});
afterAll(() => local.close());

const png = Buffer.from('89504e470d0a1a0a', 'hex');
const text = png.toString('base64');

async function post(api: string, headers: Record<string, string>, query = ''): Promise<Response> {
  return fetch(`${urls[api]}${query}`, { method: 'POST', body: png, headers });
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
it.each([
  ['Some', 'image/png', true],
  ['Some', 'IMAGE/PNG; a=1', true],
  ['Some', 'application/pdf', true],
  ['Some', 'image/jpeg', false],
  ['All', 'text/plain', true],
  ['Property', 'image/png', true],
  ['Property', 'application/json', false],
])('the API %s passes a body of the type %s: Base64 %j', async (api, type, isBase64Encoded) => {
  const response = await post(api, { 'content-type': type });
  expect(await response.json()).toEqual([
    isBase64Encoded ? text : png.toString('utf8'),
    isBase64Encoded,
  ]);
});

// Observed on AWS: https://github.com/localstack/localstack/pull/12199
describe('a Base64 result is returned as bytes if the API lists the first type that the client accepts', () => {
  it.each([
    ['Some', 'image/png', true],
    ['Some', 'image/png,image/*,*/*;q=0.8', true],
    ['Some', 'image/webp,image/png,*/*;q=0.8', false],
    ['Some', 'image/*', false],
    ['Some', '*/*', false],
    ['Some', 'application', false],
    ['Some', 'application/anything', true],
    ['All', '*/*', true],
    ['All', 'text/html', true],
  ])('%s %s: %j', async (api, accept, isDecoded) => {
    const response = await post(api, { accept }, `?body=${encodeURIComponent(text)}`);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(isDecoded ? png : Buffer.from(text));
    expect(response.headers.get('content-type')).toBe('image/png');
  });

  it('unless the function returned text', async () => {
    const response = await post('Some', { accept: 'image/png' }, '?body=YQ==&base64=no');
    expect(await response.text()).toBe('YQ==');
  });

  it('and it is an error if it is no Base64', async () => {
    const response = await post('Some', { accept: 'image/png' }, '?body=%C3%A8%2B');
    expect(response.status).toBe(500);
  });
});

// https://github.com/aws/serverless-application-model/issues/553
it('cannot transform bytes with a template, unless the integration converts them to text', async () => {
  const status = async (path: string) =>
    (await post('Property', { 'content-type': 'image/png' }, path)).status;
  expect(await status('/mapped')).toBe(500);
  expect(await status('/converted')).toBe(200);
  const preflight = await fetch(`${urls['All']}/`, { method: 'OPTIONS' });
  expect(preflight.status).toBe(500);
});

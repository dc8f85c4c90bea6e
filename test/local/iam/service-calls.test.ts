import {
  CreateStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { bundleHandler } from '../lambda/bundle-handler.ts';
import { startUserRuntime } from './user-runtime.ts';

vi.spyOn(process.stderr, 'write').mockReturnValue(true);
let runtime: Awaited<ReturnType<typeof startUserRuntime>>;

const flow = `
  import { withDurableExecution } from '@aws/durable-execution-sdk-js';
  export const handler = withDurableExecution(async ({ callee }, context) => {
    if (callee) return context.invoke('call', callee, {});
    throw new Error('no callee');
  });
`;
const listener = `export const handler = async (event) => {
  console.log('heard ' + (event.detail?.durableExecutionName ?? 'a request'));
  return { statusCode: 200, body: '{}' };
};`;

beforeAll(async () => {
  runtime = await startUserRuntime({}, { enforceIam: true });
  const { s3 } = runtime.root;
  await s3.send(new CreateBucketCommand({ Bucket: 'calls' }));
  for (const [name, text] of [
    ['flow', await bundleHandler(flow)],
    ['listener', listener],
  ] as const) {
    const Body = zipSync({ 'index.mjs': Buffer.from(text) });
    await s3.send(new PutObjectCommand({ Bucket: 'calls', Key: name, Body }));
  }
  await deploy(new CreateStackCommand(stack('')));
});
afterAll(() => runtime.close());

/** A durable function, a rule for its failures with a dead-letter queue, and an API; without permissions. */
const template = (permissions: string) => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: flow
      Runtime: nodejs24.x
      Handler: index.handler
      CodeUri: s3://calls/flow
      AutoPublishAlias: live
      DurableConfig: {ExecutionTimeout: 60, RetentionPeriodInDays: 1}
  Listener:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: listener, Runtime: nodejs24.x, Handler: index.handler, CodeUri: s3://calls/listener}
  Lost: {Type: AWS::SQS::Queue, Properties: {QueueName: lost}}
  Ended:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [aws.lambda], detail: {status: [FAILED]}}
      Targets: [{Id: l, Arn: !GetAtt Listener.Arn, DeadLetterConfig: {Arn: !GetAtt Lost.Arn}}]
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /items/{id}:
            get:
              x-amazon-apigateway-integration: {type: aws_proxy, httpMethod: POST, uri: !Sub 'arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/\${Listener.Arn}/invocations'}
          /other:
            get:
              x-amazon-apigateway-integration: {type: aws_proxy, httpMethod: POST, uri: !Sub 'arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/\${Listener.Arn}/invocations'}
${permissions}
Outputs:
  Api: {Value: !Ref Api}
`;

const queuePolicy = `
  LostPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Lost]
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          Effect: Allow
          Principal: {Service: events.amazonaws.com}
          Action: sqs:SendMessage
          Resource: !GetAtt Lost.Arn
          Condition: {ArnEquals: {aws:SourceArn: !GetAtt Ended.Arn}}
`;
const permission = (service: string, source: string) => `
  Permission${service}:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Listener
      Action: lambda:InvokeFunction
      Principal: ${service}.amazonaws.com
      SourceArn: !Sub '${source}'
`;
const apiArn = `arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}`;

const stack = (permissions: string) => ({
  StackName: 'calls',
  TemplateBody: template(permissions),
  Capabilities: ['CAPABILITY_NAMED_IAM' as const],
});

async function deploy(command: CreateStackCommand | UpdateStackCommand) {
  const { cloudformation } = runtime.root;
  await cloudformation.send(command as UpdateStackCommand);
  const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: 'calls' }));
  expect(Stacks?.[0]?.StackStatus).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
  return Stacks?.[0]?.Outputs?.[0]?.OutputValue ?? '';
}
const update = (permissions: string) => deploy(new UpdateStackCommand(stack(permissions)));

/** Runs the flow. Returns the payload of its end. */
async function run(name: string, input: object = {}) {
  const { Payload } = await runtime.root.lambda.send(
    new InvokeCommand({
      FunctionName: 'flow',
      Qualifier: 'live',
      DurableExecutionName: name,
      Payload: JSON.stringify(input),
    }),
  );
  return JSON.parse(Payload?.transformToString() ?? 'null');
}

async function receive() {
  const input = { QueueUrl: `${runtime.url}/000000000000/lost`, MessageAttributeNames: ['All'] };
  const { Messages = [] } = await runtime.root.sqs.send(new ReceiveMessageCommand(input));
  return Messages;
}

async function listHeard() {
  const { events = [] } = await runtime.root.logs.send(
    new FilterLogEventsCommand({ logGroupName: '/aws/lambda/listener', filterPattern: 'heard' }),
  );
  return events.map(({ message = '' }) => message.split('\t').at(-1)?.trim());
}

it('delivers an event only with the permission of the target, else to a queue that allows this', async () => {
  await run('dropped');
  await update(queuePolicy);
  await run('queued');
  const message = await vi.waitUntil(async () => (await receive())[0]);
  expect(message?.Body).toContain('"queued"');
  expect(message?.MessageAttributes).toMatchObject({
    ERROR_CODE: { StringValue: 'NO_PERMISSIONS' },
    ERROR_MESSAGE: {
      StringValue: expect.stringContaining(
        'no resource-based policy allows the lambda:InvokeFunction',
      ),
    },
  });
  await update(queuePolicy + permission('events', `\${Ended.Arn}`));
  await run('delivered');
  await vi.waitFor(async () => expect(await listHeard()).toEqual(['heard delivered']));
  expect(await receive()).toEqual([]);
});

it('lets an API invoke a function only for the methods that its permission names', async () => {
  const get = async (api: string, path: string) => {
    const response = await fetch(`${runtime.url}/execute-api/${api}/v1${path}`);
    return `${response.status} ${await response.text()}`;
  };
  const failure = '500 {"message":"Internal server error"}';
  const api = await update(queuePolicy);
  expect(await get(api, '/items/1')).toBe(failure);
  await update(permission('apigateway', `${apiArn}/*/GET/items/*`));
  expect(await get(api, '/items/1')).toBe('200 {}');
  expect(await get(api, '/other')).toBe(failure);
  await update(permission('apigateway', `${apiArn}/v2/*`));
  expect(await get(api, '/items/1')).toBe(failure);
});

it('gives an event source of SAM the permission for its method', async () => {
  const source = template('').replace(
    'FunctionName: listener,',
    'FunctionName: listener, Events: {Items: {Type: Api, Properties: {RestApiId: !Ref Api, Path: "/items/{id}", Method: get}}},',
  );
  const api = await deploy(new UpdateStackCommand({ ...stack(''), TemplateBody: source }));
  const get = (path: string) => fetch(`${runtime.url}/execute-api/${api}/v1${path}`);
  expect((await get('/items/7')).status).toBe(200);
  expect((await get('/other')).status).toBe(500);
});

it('calls a function from an execution only with the right of the execution role', async () => {
  expect(await run('calls', { callee: 'listener' })).toMatchObject({
    errorMessage: expect.stringMatching(
      /assumed-role\/calls-FlowRole-\w+\/flow is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:us-east-2:000000000000:function:listener because/,
    ),
  });
});

import { readFileSync } from 'node:fs';
import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { LambdaClient, ListDurableExecutionsByFunctionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sortedJsonDigest } from '../../../src/local/cloudformation/sam/version.ts';
import { parseTemplate } from '../../../src/local/cloudformation/templates/template.ts';
import { startProjectRuntime, templateFile } from './project-runtime.ts';

let runtime: Awaited<ReturnType<typeof startProjectRuntime>>;

beforeAll(async () => {
  runtime = await startProjectRuntime();
});
afterAll(() => runtime.close());

async function deploy(name: string, body: string, parameters: Record<string, string>) {
  const stack = await runtime.deploy(name, body, parameters);
  expect(stack?.StackStatus).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
}

async function describeApi(StackName: string) {
  const { StackResources = [] } = await runtime.client.send(
    new DescribeStackResourcesCommand({ StackName }),
  );
  const find = (type: string) =>
    StackResources.filter(({ ResourceType }) => ResourceType === `AWS::ApiGateway::${type}`);
  return {
    id: find('RestApi')[0]?.PhysicalResourceId ?? '',
    deployments: find('Deployment').map(({ PhysicalResourceId }) => PhysicalResourceId ?? ''),
  };
}

const readOrder = async ({ id }: { id: string }) => {
  const response = await fetch(`${runtime.url}/execute-api/${id}/prod/orders/order-0000000000`);
  return response.status;
};

it('serves the old copy of an API of SAM after a parameter in its body has changed', async () => {
  const sam = `
Transform: AWS::Serverless-2016-10-31
Parameters: {Auth: {Type: String}}
Conditions: {Signed: !Equals [!Ref Auth, AWS_IAM]}
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      OpenApiVersion: 3.0.1
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /orders/{orderId}:
            get:
              security: !If [Signed, [{sigv4: []}], []]
              x-amazon-apigateway-integration: {type: aws_proxy, uri: 'arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-2:000000000000:function:none/invocations'}
        components: {securitySchemes: {sigv4: {type: apiKey, x-amazon-apigateway-authtype: awsSigv4}}}
`;
  await deploy('sam', sam, { Auth: 'NONE' });
  const before = await describeApi('sam');
  expect(await readOrder(before)).not.toBe(403);
  await deploy('sam', sam, { Auth: 'AWS_IAM' });
  expect(await describeApi('sam')).toEqual(before);
  expect(await readOrder(before)).not.toBe(403);
  await deploy('sam', sam.replace('/orders/{orderId}:', '/orders/{id}:'), { Auth: 'AWS_IAM' });
  const after = await describeApi('sam');
  expect(after.deployments).not.toEqual(before.deployments);
  expect(await readOrder(after)).toBe(403);
});

it("deploys this project's API when ApiAuth or the body changes, and otherwise not", async () => {
  const open = { ApiAuth: 'NONE' };
  const { template } = runtime.packaged;
  await deploy('orders', template, open);
  const before = await describeApi('orders');
  expect(await readOrder(before)).toBe(404);

  await deploy('orders', template, { ...open, ApiRateLimit: '7', LogLevel: 'WARN' });
  expect(await describeApi('orders')).toEqual(before);

  await deploy('orders', template, { ApiAuth: 'AWS_IAM' });
  const signed = await describeApi('orders');
  expect(signed.id).toBe(before.id);
  expect(signed.deployments).not.toEqual(before.deployments);
  expect(await readOrder(signed)).toBe(403);

  await deploy('orders', template, open);
  const reopened = await describeApi('orders');
  expect(reopened.deployments).not.toEqual(signed.deployments);
  expect(await readOrder(reopened)).toBe(404);
});

it('names the deployments after a digest of the body', () => {
  const { Resources } = parseTemplate(readFileSync(templateFile, 'utf8'));
  const body = Resources['OrderApi']?.Properties?.['Body'];
  const digest = sortedJsonDigest(body).slice(0, 10);
  const deployments = Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::ApiGateway::Deployment')
    .map(([id]) => id);
  expect(deployments).toEqual([`SignedDeployment${digest}`, `OpenDeployment${digest}`]);
});

it('starts one order for an Idempotency-Key in any spelling of the header', async () => {
  await runtime.deploy('keys', runtime.packaged.template, { ApiAuth: 'NONE' });
  const { id } = await describeApi('keys');
  const order = {
    customerId: 'C-1',
    customerEmail: 'c@example.com',
    items: [{ productId: 'P-1', name: 'Thing', quantity: 1, price: 1 }],
  };
  for (const header of ['Idempotency-Key', 'idempotency-key', 'IDEMPOTENCY-KEY']) {
    const response = await fetch(`${runtime.url}/execute-api/${id}/prod/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [header]: 'web-1' },
      body: JSON.stringify(order),
    });
    expect(await response.json()).toEqual({
      message: 'Order processing initiated',
      orderId: 'web-1',
    });
  }
  const lambda = new LambdaClient(runtime.settings);
  const { DurableExecutions = [] } = await lambda.send(
    new ListDurableExecutionsByFunctionCommand({ FunctionName: 'keys-workflow' }),
  );
  expect(DurableExecutions.map(({ DurableExecutionName }) => DurableExecutionName)).toEqual([
    'web-1',
  ]);
});

import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { listingIndex, outputs } from '../functions/contract/api.ts';
import { orderJsonSchema } from '../functions/contract/json-schema.ts';
import { canonicalEvent } from '../functions/contract/order.ts';
import { stage } from '../functions/contract/workflow.ts';
import { render, util } from '../src/local/apigateway/vtl.ts';

const text = readFileSync(new URL('../template.yaml', import.meta.url), 'utf8');
const template = parse(text, { logLevel: 'silent' });
const { Parameters, Resources } = template;

it('fits into the body of a CloudFormation call', () => {
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(51_200);
});

it("checks the API's orders with the contract's schema", () => {
  const { Order } = Resources.OrderApi.Properties.DefinitionBody.components.schemas;
  expect(Order).toEqual(orderJsonSchema());
});

it("waits as long as the contract says, and keeps the original's timeout and retention", () => {
  expect(Parameters.WarehouseWaitSeconds.Default).toBe(stage('await-warehouse').seconds);
  expect(Parameters.PickupWaitSeconds.Default).toBe(stage('await-pickup').seconds);
  expect(Parameters.ExecutionTimeoutSeconds.Default).toBe(86_400);
  expect(Parameters.ExecutionRetentionDays.Default).toBe(7);
});

it('has every output that the contract names', () => {
  expect(Object.keys(template.Outputs)).toEqual(expect.arrayContaining(Object.values(outputs)));
});

it('lists orders by an index without personal data', () => {
  const [index] = Resources.OrdersTable.Properties.GlobalSecondaryIndexes;
  expect(index.IndexName).toBe(listingIndex);
  expect(index.Projection.NonKeyAttributes).toEqual(['status', 'customerId', 'total', 'updatedAt']);
});

describe('POST /orders', () => {
  const { paths } = Resources.OrderApi.Properties.DefinitionBody;
  const integration = paths['/orders'].post['x-amazon-apigateway-integration'];
  const event = {
    orderId: 'web-1',
    order: {
      customerId: 'C',
      customerEmail: 'c@example.com',
      items: [{ productId: 'P', name: 'Thing', quantity: 1, price: 9.99 }],
    },
  };

  function mapped(template: string, key?: string) {
    const header: Record<string, string> = {};
    const context = { requestId: 'r-1', requestOverride: { header } };
    const input = {
      params: (name: string) => (name === 'Idempotency-Key' ? (key ?? '') : ''),
      json: () => JSON.stringify(event.order),
    };
    return { text: render(template, { context, input, util }), header };
  }
  const request = integration.requestTemplates['application/json'];
  const response = integration.responses.default.responseTemplates['application/json'];

  it("starts an execution with the contract's bytes, named as the Idempotency-Key says", () => {
    const { text: sent, header } = mapped(request, 'web-1');
    expect(sent).toBe(canonicalEvent(event));
    expect(header).toEqual({ 'X-Amz-Durable-Execution-Name': 'web-1' });
    expect(integration.requestParameters).toEqual({
      'integration.request.header.X-Amz-Invocation-Type': "'Event'",
    });
  });

  it('names an order after the request when there is no key', () => {
    const { text: sent, header } = mapped(request);
    expect(JSON.parse(sent).orderId).toBe('order-r-1');
    expect(header).toEqual({ 'X-Amz-Durable-Execution-Name': 'order-r-1' });
    expect(JSON.parse(mapped(response).text).orderId).toBe('order-r-1');
  });

  it('lets no key reach into the order', () => {
    const { text: sent } = mapped(request, 'x","order":{"customerId":"Z"},"a":"');
    expect(Object.keys(JSON.parse(sent))).toEqual(['orderId', 'order']);
    expect(JSON.parse(sent).order).toEqual(event.order);
  });

  it('answers 202 as the original does', () => {
    expect(integration.responses.default.statusCode).toBe('202');
    expect(mapped(response, 'web-1').text).toBe(
      '{"message": "Order processing initiated", "orderId": "web-1"}',
    );
  });
});

it('asks every caller to sign unless told not to, and has one stage that takes so much', () => {
  const { OpenApiVersion, StageName, DefinitionBody, MethodSettings } =
    Resources.OrderApi.Properties;
  expect(Parameters.ApiAuth.Default).toBe('AWS_IAM');
  const methods = Object.values(DefinitionBody.paths).flatMap((each) =>
    Object.values(each as object),
  );
  expect(methods).toHaveLength(2);
  for (const { security } of methods) expect(security).toEqual(['SignedApi', [{ sigv4: [] }], []]);
  expect(DefinitionBody.components.securitySchemes.sigv4).toMatchObject({
    'x-amazon-apigateway-authtype': 'awsSigv4',
  });
  expect([OpenApiVersion, StageName]).toEqual(['3.0.1', 'prod']);
  expect(MethodSettings).toMatchObject([{ HttpMethod: '*', ThrottlingRateLimit: 'ApiRateLimit' }]);
  expect(Parameters.ApiRateLimit.MaxValue).toBeLessThanOrEqual(300);
});

it('alarms on executions that fail or take too long, on dead letters and on an API that fails', () => {
  const alarms = Object.values(Resources).filter(
    (each) => (each as { Type: string }).Type === 'AWS::CloudWatch::Alarm',
  ) as { Properties: { MetricName: string; AlarmDescription: string } }[];
  expect(alarms.map(({ Properties }) => Properties.MetricName).sort()).toEqual([
    '5XXError',
    'ApproximateNumberOfMessagesVisible',
    'DurableExecutionFailed',
    'DurableExecutionFailed',
    'DurableExecutionTimedOut',
  ]);
  for (const { Properties } of alarms) expect(Properties.AlarmDescription).toContain('; orders ');
  const body = Resources.OrdersDashboard.Properties.DashboardBody.replace(/\$\{[^}]+\}/g, 'x');
  expect(JSON.parse(body).widgets).toHaveLength(4);
});

it('publishes a new version for every setting that a version freezes', () => {
  const { VersionDescription, DurableConfig, Environment, LoggingConfig } =
    Resources.OrderProcessingFunction.Properties;
  const { Tracing } = template.Globals.Function;
  const frozen = [DurableConfig, Environment.Variables, LoggingConfig, { Tracing }]
    .flatMap((each) => Object.values(each))
    .filter((value) => Object.hasOwn(Parameters, String(value)));
  expect(frozen).toHaveLength(11);
  const longest = String(VersionDescription).replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const { AllowedValues = [], MaxLength = 0, MaxValue = '' } = Parameters[name];
    const values = AllowedValues.map(String).sort((a: string, b: string) => b.length - a.length);
    return values[0] ?? (String(MaxValue) || 'x'.repeat(MaxLength));
  });
  expect(longest.length).toBeLessThanOrEqual(256);
  for (const parameter of frozen) expect(VersionDescription).toContain(`\${${String(parameter)}}`);
});

it('sets every environment variable that the functions read', () => {
  const globals = Object.keys(template.Globals.Function.Environment.Variables);
  const { OrderProcessingFunction, OrderRecoveryFunction } = Resources;
  const workflow = [OrderProcessingFunction, OrderRecoveryFunction].flatMap((each) =>
    Object.keys(each.Properties.Environment.Variables),
  );
  const read = globSync('functions/**/*.ts').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)].map(([, name]) => name),
  );
  expect(new Set(read.filter((name) => !/^(ALL_OLD|TIMED_OUT)$/.test(name ?? '')))).toEqual(
    new Set([...globals, ...workflow]),
  );
});

it('gives no role more than named actions on named resources', () => {
  const { OrderProcessingRole, OrderStatusRole, OrderRecoveryRole } = Resources;
  for (const role of [OrderProcessingRole, OrderStatusRole, OrderRecoveryRole]) {
    const statements = role.Properties.Policies[0].PolicyDocument.Statement;
    // One that depends on a condition is the second of [condition, then, else].
    for (const statement of statements) {
      const { Effect, Action, Resource } = Array.isArray(statement) ? statement[1] : statement;
      expect(Effect).toBe('Allow');
      expect([Action].flat().join()).not.toContain('*');
      // X-Ray's actions know no resources.
      if (![Action].flat().every((each) => each.startsWith('xray:'))) {
        expect([Resource].flat()).not.toContain('*');
      }
    }
  }
});

it('keeps what customers are owed when the stack goes, except from a creation that failed', () => {
  const tables = Object.values<Record<string, unknown>>(Resources).filter(
    (each) => each['Type'] === 'AWS::DynamoDB::Table',
  );
  expect(tables).toHaveLength(5);
  for (const each of tables) expect(each['DeletionPolicy']).toBe('RetainExceptOnCreate');
});

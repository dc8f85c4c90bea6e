import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { outputs } from '../functions/contract/api.ts';
import { orderJsonSchema } from '../functions/contract/json-schema.ts';
import { defaultReviewTimeoutSeconds } from '../functions/contract/review.ts';
import { listingIndex } from '../functions/contract/tables.ts';
import { stages } from '../functions/contract/workflow.ts';

const text = readFileSync(new URL('../template.yaml', import.meta.url), 'utf8');
const template = parse(text, { logLevel: 'silent' });
const { Parameters, Resources } = template;

const pascalCase = (id: string) =>
  id.replaceAll(/(^|-)(\w)/g, (_match, _hyphen, letter: string) => letter.toUpperCase());

it('fits into the body of a CloudFormation request', () => {
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(51_200);
});

it('validates orders of the API with the schema of the contract', () => {
  const { Order } = Resources.OrderApi.Properties.Body.components.schemas;
  expect(Order).toEqual(orderJsonSchema());
});

it('has the default waits of the contract, and the timeout and retention of the original sample', () => {
  for (const wait of stages) {
    if (wait.kind !== 'wait') continue;
    const parameter = `${pascalCase(wait.id.replace('await-', ''))}WaitSeconds`;
    expect([parameter, Parameters[parameter]?.Default]).toEqual([parameter, wait.seconds]);
  }
  expect(Parameters.ReviewTimeoutSeconds.Default).toBe(defaultReviewTimeoutSeconds);
  expect(Parameters.ExecutionTimeoutSeconds.Default).toBe(86_400);
  expect(Parameters.ExecutionRetentionDays.Default).toBe(7);
});

it('has every output of the contract', () => {
  expect(Object.keys(template.Outputs)).toEqual(expect.arrayContaining(Object.values(outputs)));
});

it('lists orders by an index without personal data', () => {
  const [index] = Resources.OrdersTable.Properties.GlobalSecondaryIndexes;
  expect(index.IndexName).toBe(listingIndex);
  expect(index.Projection.NonKeyAttributes).toEqual(['status', 'customerId', 'total', 'updatedAt']);
});

it('checks and starts the orders of the API with a function', () => {
  const { OrderApi, OrderIntakeFunction, OrderIntakeApiPermission, OrderIntakeRole } = Resources;
  const { post } = OrderApi.Properties.Body.paths['/orders'];
  const { type, uri } = post['x-amazon-apigateway-integration'];
  expect([type, uri]).toEqual([
    'aws_proxy',
    expect.stringMatching(/functions\/\$\{OrderIntakeFunction\.Arn\}\/invocations$/),
  ]);
  expect(OrderIntakeFunction.Properties.Environment.Variables).toEqual({
    WORKFLOW_ALIAS_ARN: 'OrderProcessingFunctionAliaslive',
  });
  const [invoke] = OrderIntakeRole.Properties.Policies[0].PolicyDocument.Statement;
  expect(invoke).toMatchObject({
    Action: 'lambda:InvokeFunction',
    Resource: 'OrderProcessingFunctionAliaslive',
  });
  expect(OrderIntakeApiPermission.Properties).toMatchObject({
    FunctionName: 'OrderIntakeFunction',
    Principal: 'apigateway.amazonaws.com',
  });
});

it('responds with 429 if Lambda does not run a function, which no alarm counts', () => {
  const responses = Resources.OrderApi.Properties.Body['x-amazon-apigateway-gateway-responses'];
  expect(responses.INTEGRATION_FAILURE).toMatchObject({
    statusCode: 429,
    responseParameters: { 'gatewayresponse.header.Retry-After': "'5'" },
  });
  const statuses = Object.values<{ statusCode?: number }>(responses).flatMap(
    ({ statusCode }) => statusCode ?? [],
  );
  for (const status of statuses) expect(status).toBeLessThan(500);
});

it('sends no order to the dead-letter queue: the recovery decides which one needs attention', () => {
  const { OrderProcessingFunction, OrderRecoveryFunction, OrderEndedRule } = Resources;
  expect(OrderProcessingFunction.Properties).not.toHaveProperty('DeadLetterQueue');
  expect(OrderRecoveryFunction.Properties.DeadLetterQueue.TargetArn).toBe('DeadLetters.Arn');
  expect(OrderEndedRule.Properties.Targets).toMatchObject([
    { DeadLetterConfig: { Arn: 'DeadLetters.Arn' } },
  ]);
});

it('requires signed requests by default, and limits the rate of its one stage', () => {
  const { Body } = Resources.OrderApi.Properties;
  const { StageName, MethodSettings } = Resources.OrderApiprodStage.Properties;
  expect(Parameters.ApiAuth.Default).toBe('AWS_IAM');
  const methods = Object.values(Body.paths).flatMap((path) => Object.values(path as object));
  expect(methods).toHaveLength(2);
  for (const { security } of methods) expect(security).toEqual(['SignedApi', [{ sigv4: [] }], []]);
  expect(Body.components.securitySchemes.sigv4).toMatchObject({
    'x-amazon-apigateway-authtype': 'awsSigv4',
  });
  expect([Body.openapi, StageName]).toEqual(['3.0.1', 'prod']);
  const stageNames = Object.values<{ Type: string; Properties: { StageName?: string } }>(Resources)
    .filter(({ Type }) => Type.startsWith('AWS::ApiGateway::'))
    .flatMap(({ Properties }) => Properties.StageName ?? []);
  expect(stageNames).toEqual(['prod']);
  expect(MethodSettings).toMatchObject([{ HttpMethod: '*', ThrottlingRateLimit: 'ApiRateLimit' }]);
  expect(Parameters.ApiRateLimit.MaxValue).toBeLessThanOrEqual(300);
});

it('has alarms for failed and timed-out executions, dead-letter messages and API errors', () => {
  const alarms = Object.values(Resources).filter(
    (resource) => (resource as { Type: string }).Type === 'AWS::CloudWatch::Alarm',
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

describe.each(['OrderProcessing', 'OrderRecovery'])('the version of %sFunction', (name) => {
  const { VersionDescription, AutoPublishAliasAllProperties, DurableConfig, ...properties } =
    Resources[`${name}Function`].Properties;
  const [text, variables] = VersionDescription as [string, Record<string, unknown>];

  it('is published again if a parameter of a setting changes', () => {
    const { Environment, LoggingConfig } = properties;
    const { Tracing } = template.Globals.Function;
    const frozen = [DurableConfig, Environment.Variables, LoggingConfig, { Tracing }]
      .flatMap((settings) => Object.values(settings).flat())
      .filter((value) => Object.hasOwn(Parameters, String(value)));
    expect(frozen).not.toEqual([]);
    const description = JSON.stringify(VersionDescription);
    const conditions = Object.entries<unknown>(template.Conditions)
      .filter(([condition]) => description.includes(`"${condition}"`))
      .map(([, condition]) => JSON.stringify(condition));
    const placeholders = [description, ...conditions].join();
    for (const parameter of frozen) {
      expect(placeholders).toMatch(
        new RegExp(`\\$\\{${String(parameter)}\\}|"${String(parameter)}"`),
      );
    }
  });

  it('is published again if a property, the role or a table changes', () => {
    expect(AutoPublishAliasAllProperties).toBe(true);
    expect(variables['Role']).toBe(`${name}Role.RoleId`);
    const tables = Object.entries<{ Type: string }>(Resources)
      .filter(([, { Type }]) => Type === 'AWS::DynamoDB::Table')
      .map(([id]) => id);
    for (const table of tables) {
      const select = [1, [`-${table}-`, `\${${table}}-${table}-\${${table}}`]];
      expect(Object.values(variables)).toContainEqual(select);
    }
  });

  it('has a description that is not too long', () => {
    const longestValue = (name: string): string => {
      const value = variables[name];
      if (name === 'Role') return 'AROA'.padEnd(21);
      if (Array.isArray(value) && value[0] === 1) return ''.padEnd(13);
      if (Array.isArray(value)) return longest(value.slice(1).map((text) => fill(String(text))));
      const { AllowedValues = [], MaxLength = 0, MaxValue = '' } = Parameters[name];
      const allowed = longest(AllowedValues.map(String));
      return allowed || String(MaxValue) || 'x'.repeat(MaxLength);
    };
    const longest = (texts: string[]) => texts.toSorted((a, b) => b.length - a.length)[0] ?? '';
    const fill = (template: string): string =>
      template.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => longestValue(name));
    expect(fill(text).length).toBeLessThanOrEqual(256);
  });

  it('is not published again for another description of the function', () => {
    expect(properties.Description).toEqual(['Descriptions', 'Functions', expect.any(String)]);
  });
});

it('sets every environment variable that the functions read', () => {
  const globals = Object.keys(template.Globals.Function.Environment.Variables);
  const { OrderProcessingFunction, OrderRecoveryFunction, OrderIntakeFunction } = Resources;
  const own = [OrderProcessingFunction, OrderRecoveryFunction, OrderIntakeFunction].flatMap(
    (resource) => Object.keys(resource.Properties.Environment.Variables),
  );
  const read = globSync('functions/**/*.ts').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)].map(([, name]) => name),
  );
  expect(new Set(read.filter((name) => !/^(ALL_OLD|ALL_NEW|TIMED_OUT)$/.test(name ?? '')))).toEqual(
    new Set([...globals, ...own]),
  );
});

it('grants roles only named actions on named resources', () => {
  const { OrderProcessingRole, OrderIntakeRole, OrderStatusRole, OrderRecoveryRole } = Resources;
  for (const role of [OrderProcessingRole, OrderIntakeRole, OrderStatusRole, OrderRecoveryRole]) {
    const statements = role.Properties.Policies[0].PolicyDocument.Statement;
    // A conditional statement is parsed as [condition, then, else].
    for (const statement of statements) {
      const { Effect, Action, Resource } = Array.isArray(statement) ? statement[1] : statement;
      expect(Effect).toBe('Allow');
      expect([Action].flat().join()).not.toContain('*');
      // X-Ray's actions have no resources.
      if (![Action].flat().every((action) => action.startsWith('xray:'))) {
        expect([Resource].flat()).not.toContain('*');
      }
    }
  }
});

it('retains the tables when the stack is deleted, except after a failed creation', () => {
  const tables = Object.values<Record<string, unknown>>(Resources).filter(
    (resource) => resource['Type'] === 'AWS::DynamoDB::Table',
  );
  expect(tables).toHaveLength(5);
  for (const table of tables) expect(table['DeletionPolicy']).toBe('RetainExceptOnCreate');
});

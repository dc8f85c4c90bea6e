import { describe, expect, it } from 'vitest';
import { expandServerless } from '../../../src/local/cloudformation/sam/transform.ts';
import { checkTemplateNames } from '../../../src/local/cloudformation/templates/check-template.ts';
import type { Fields, Template } from '../../../src/local/cloudformation/templates/template.ts';

/** Expands a template and returns the resources without the function `F` and its role. */
function expand(resources: object, globals?: object): Fields {
  const template = {
    Transform: 'AWS::Serverless-2016-10-31',
    ...(globals ? { Globals: globals } : {}),
    Resources: resources,
  } as unknown as Template;
  checkTemplateNames(template);
  const { F: _function, FRole: _role, ...others } = expandServerless(template).Resources;
  return others;
}

const fn = (properties: object, attributes: object = {}) => ({
  F: {
    Type: 'AWS::Serverless::Function',
    ...attributes,
    Properties: { Runtime: 'nodejs24.x', Handler: 'i.h', InlineCode: 'a', ...properties },
  },
});
const table = (properties: object, attributes: object = {}) => ({
  T: { Type: 'AWS::Serverless::SimpleTable', ...attributes, Properties: properties },
});

// The expected resources are the output of the package aws-sam-translator 1.115.0, with which AWS transforms templates.
describe('creates the same resources as the SAM translator', () => {
  const Pattern = { source: ['a'] };

  it('for an event of type EventBridgeRule of a function with an alias', () => {
    const Properties = { Pattern, RuleName: 'n', State: 'DISABLED' };
    const Events = { E: { Type: 'EventBridgeRule', Properties } };
    const { FE, FEPermission } = expand(fn({ AutoPublishAlias: 'live', Events }));
    expect(FE).toEqual({
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: Pattern,
        Name: 'n',
        State: 'DISABLED',
        Targets: [{ Arn: { Ref: 'FAliaslive' }, Id: 'FELambdaTarget' }],
      },
    });
    expect(FEPermission).toEqual({
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { Ref: 'FAliaslive' },
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': ['FE', 'Arn'] },
      },
    });
  });

  it('for a disabled event of type CloudWatchEvent, with the condition of the function', () => {
    const Properties = { Pattern, Enabled: false, Target: { Id: 'x' } };
    const Events = { E: { Type: 'CloudWatchEvent', Properties } };
    const { FE, FEPermission } = expand(fn({ Events }, { Condition: 'C' }));
    expect(FE).toEqual({
      Condition: 'C',
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: Pattern,
        State: 'DISABLED',
        Targets: [{ Arn: { 'Fn::GetAtt': ['F', 'Arn'] }, Id: 'x' }],
      },
    });
    expect(FEPermission).toMatchObject({
      Condition: 'C',
      Properties: { FunctionName: { Ref: 'F' } },
    });
  });

  it('for a simple table without properties', () => {
    expect(expand(table({}, { DeletionPolicy: 'Retain' }))).toEqual({
      T: {
        DeletionPolicy: 'Retain',
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
        },
      },
    });
  });

  it('for a simple table with all properties, and with the properties of Globals', () => {
    const ProvisionedThroughput = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };
    const PrimaryKey = { Name: 'k', Type: 'Number' };
    const properties = { TableName: 't', PrimaryKey, ProvisionedThroughput, Tags: { a: 'b' } };
    const SSESpecification = { SSEEnabled: true };
    expect(expand(table(properties), { SimpleTable: { SSESpecification } })).toEqual({
      T: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          AttributeDefinitions: [{ AttributeName: 'k', AttributeType: 'N' }],
          KeySchema: [{ AttributeName: 'k', KeyType: 'HASH' }],
          ProvisionedThroughput,
          TableName: 't',
          Tags: [{ Key: 'a', Value: 'b' }],
          SSESpecification,
        },
      },
    });
  });

  it('for event invoke configurations of a function and of its alias', () => {
    const EventInvokeConfig = { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 };
    expect(expand(fn({ EventInvokeConfig }))).toEqual({
      FEventInvokeConfig: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: { ...EventInvokeConfig, FunctionName: { Ref: 'F' }, Qualifier: '$LATEST' },
      },
    });
    const withAlias = expand(fn({ AutoPublishAlias: 'live', EventInvokeConfig }));
    expect(withAlias['FEventInvokeConfig']).toMatchObject({
      DependsOn: ['FAliaslive'],
      Properties: { Qualifier: 'live' },
    });
    expect(Object.keys(expand(fn({ EventInvokeConfig: {} })))).toEqual([]);
  });

  it.each<[string, object, object, object[] | undefined, boolean]>([
    ['the default', { DefaultAuthorizer: 'AWS_IAM' }, {}, [{ AWS_IAM: [] }], true],
    ['no role', { DefaultAuthorizer: 'AWS_IAM', InvokeRole: 'NONE' }, {}, [{ AWS_IAM: [] }], false],
    [
      'an open event',
      { DefaultAuthorizer: 'AWS_IAM' },
      { Authorizer: 'NONE' },
      [{ NONE: [] }],
      false,
    ],
    ['a signed event', {}, { Authorizer: 'AWS_IAM' }, [{ AWS_IAM: [] }], true],
    [
      'an event without a role',
      { DefaultAuthorizer: 'AWS_IAM' },
      { InvokeRole: 'NONE' },
      [{ AWS_IAM: [] }],
      false,
    ],
    ['no authorizer', {}, {}, undefined, false],
  ])('for the Auth of an API with %s', (_, apiAuth, eventAuth, security, isCaller) => {
    const Properties = { RestApiId: { Ref: 'A' }, Path: '/', Method: 'get', Auth: eventAuth };
    const api = { StageName: 'v1', Auth: apiAuth };
    const { A } = expand({
      ...fn({ Events: { E: { Type: 'Api', Properties } } }),
      A: { Type: 'AWS::Serverless::Api', Properties: api },
    }) as { A: { Properties: { Body: { paths: Record<string, { get: Fields }> } } } };
    const { get } = A.Properties.Body.paths['/'] ?? {};
    const integration = get?.['x-amazon-apigateway-integration'] as Fields | undefined;
    expect(get?.['security']).toEqual(security);
    expect(integration?.['credentials']).toBe(isCaller ? 'arn:aws:iam::*:user/*' : undefined);
    expect('securityDefinitions' in A.Properties.Body).toBe(security !== undefined);
  });

  it.each<[string, object, object]>([
    [
      'a CodeUri with references',
      { CodeUri: { Bucket: { Ref: 'P' }, Key: { 'Fn::Sub': `k/\${P}` } } },
      { S3Bucket: { Ref: 'P' }, S3Key: { 'Fn::Sub': `k/\${P}` } },
    ],
    [
      'a CodeUri with a version',
      { CodeUri: { Bucket: 'b', Key: 'k', Version: 'v' } },
      { S3Bucket: 'b', S3Key: 'k', S3ObjectVersion: 'v' },
    ],
    [
      'the version in the text of a CodeUri',
      { CodeUri: 's3://b/k?versionId=v' },
      { S3Bucket: 'b', S3Key: 'k', S3ObjectVersion: 'v' },
    ],
  ])('for %s', (_, properties, code) => {
    const { F } = expandServerless({
      Transform: 'AWS::Serverless-2016-10-31',
      Parameters: { P: { Type: 'String' } },
      Resources: fn({ ...properties, InlineCode: undefined }),
    } as unknown as Template).Resources;
    expect(F?.Properties?.['Code']).toEqual(code);
  });

  it('for a StageName and an AutoPublishAlias that refer to parameters', () => {
    const template = {
      Transform: 'AWS::Serverless-2016-10-31',
      Parameters: { S: { Type: 'String', Default: 'd' }, L: { Type: 'String', Default: 'live' } },
      Resources: {
        ...fn({ AutoPublishAlias: { Ref: 'L' } }),
        A: {
          Type: 'AWS::Serverless::Api',
          Properties: { StageName: { Ref: 'S' }, DefinitionBody: { openapi: '3.0.1', paths: {} } },
        },
      },
    } as unknown as Template;
    const { AStage, FAliaslive } = expandServerless(template).Resources;
    expect(AStage?.Properties?.['StageName']).toEqual({ Ref: 'S' });
    expect(FAliaslive?.Properties?.['Name']).toBe('live');
    expect(expandServerless(template, { L: 'blue' }).Resources).toHaveProperty('FAliasblue');
  });

  // https://github.com/aws/serverless-application-model/issues/3602
  it('without the attributes of its resources that it does not know', () => {
    const { F } = expandServerless({
      Transform: 'AWS::Serverless-2016-10-31',
      Resources: fn({}, { TestingMetadata: { a: 1 }, Description: 'd', Metadata: { b: 2 } }),
    } as unknown as Template).Resources;
    expect(Object.keys(F ?? {}).toSorted()).toEqual(['Metadata', 'Properties', 'Type']);
  });
});

it('still refuses attributes of CloudFormation that are not served, and unknown ones of its own types', () => {
  expect(() => expand(fn({}, { UpdatePolicy: {} }))).toThrow("property 'UpdatePolicy'");
  const queue = { Q: { Type: 'AWS::SQS::Queue', Description: 'd' } };
  expect(() => expand(queue)).toThrow("property 'Description'");
});

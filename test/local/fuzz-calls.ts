import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { permissionRules as cloudformationRules } from '../../src/local/cloudformation/access/permissions.ts';
import { requestShapes as dynamodbShapes } from '../../src/local/dynamodb/request-shapes.ts';
import { roleActions } from '../../src/local/iam/role-actions.ts';
import { routePaths } from '../../src/local/lambda/routes.ts';
import { requestShapes as logsShapes } from '../../src/local/logs/request-shapes.ts';
import { requestShapes as sqsShapes } from '../../src/local/sqs/request-shapes.ts';
import { permissionRules as ssmRules } from '../../src/local/ssm/permissions.ts';
import type { RandomSource } from '../support/random.ts';

/** Actions of the services with a JSON protocol, by target. */
export const jsonActions: Readonly<Record<string, readonly string[]>> = {
  DynamoDB_20120810: Object.keys(dynamodbShapes),
  Logs_20140328: Object.keys(logsShapes),
  AmazonSQS: Object.keys(sqsShapes),
  AmazonSSM: Object.keys(ssmRules),
};

/** Returns the paths of all operations of Lambda, with values in place of their names. */
export function lambdaPaths(values: Readonly<Record<string, string>>): string[] {
  return routePaths.map((path) => path.replace(/\{(\w+)\+?\}/g, (_, name) => values[name] ?? 's'));
}

/** A random request of a protocol with forms or XML. */
interface RandomCall {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const formActions: Readonly<
  Record<string, { readonly version: string; readonly names: readonly string[] }>
> = {
  cloudformation: {
    version: '2010-05-15',
    names: [...Object.keys(cloudformationRules({} as never)), 'Other'],
  },
  iam: { version: '2010-05-08', names: [...Object.keys(roleActions), 'Other'] },
  sts: { version: '2011-06-15', names: ['GetCallerIdentity', 'AssumeRole', 'Other'] },
};

const texts = ['a', '', 'target', '\u0000é', '{', 'x'.repeat(300), 'arn:aws:iam::0:role/a', '1'];

/** Returns a value of a template: a text, a list, a map or a function, with arguments of all kinds. */
function randomMember(random: RandomSource, depth = 0): unknown {
  const kind = random.between(0, depth > 3 ? 2 : 6);
  if (kind === 0) return random.pick(texts);
  if (kind === 1) return random.pick([null, true, 0, -1, 1e21, []]);
  if (kind === 2) return { Ref: random.pick(['P', 'R', 'AWS::Region', 'AWS::NoValue', '']) };
  const name = random.pick(
    'Fn::Sub Fn::Join Fn::If Fn::Equals Fn::Not Fn::And Fn::Contains Fn::EachMemberIn Fn::RefAll Fn::GetAtt Fn::Select Fn::FindInMap Condition'.split(
      ' ',
    ),
  );
  const members = Array.from({ length: random.between(0, 3) }, () =>
    randomMember(random, depth + 1),
  );
  if (kind === 3) return members;
  if (kind === 4) return { Key: randomMember(random, depth + 1) };
  return { [name]: random.percent(80) ? members : randomMember(random, depth + 1) };
}

const resourceTypes =
  'AWS::SQS::Queue AWS::SSM::Parameter AWS::Lambda::Url AWS::Lambda::Permission AWS::Lambda::EventInvokeConfig AWS::Lambda::Alias AWS::Events::Rule AWS::S3::Bucket AWS::DynamoDB::Table ' +
  'AWS::ApiGateway::RestApi AWS::ApiGateway::Resource AWS::ApiGateway::Method AWS::ApiGateway::Deployment AWS::ApiGateway::Stage ' +
  'AWS::Serverless::Function AWS::Serverless::Api AWS::Serverless::SimpleTable AWS::Other::Type';
const properties =
  'FunctionName Qualifier MaximumRetryAttempts Tags Targets EventPattern KeySchema Runtime Handler InlineCode Events EventInvokeConfig FunctionUrlConfig TargetFunctionArn AuthType Name Type Value AllowedPattern Tier ' +
  'AutoPublishAlias PrimaryKey StageName DefinitionBody Auth Cors Integration RestApiId Body BinaryMediaTypes ResourceId ParentId PathPart ' +
  'HttpMethod AuthorizationType MethodResponses DeploymentId Variables BucketEncryption RoutingConfig QueueName';

function randomTemplate(random: RandomSource): string {
  const pickProperty = () => [random.pick(properties.split(' ')), randomMember(random)] as const;
  const Properties = Object.fromEntries(Array.from({ length: random.between(0, 4) }, pickProperty));
  const rule = {
    RuleCondition: randomMember(random),
    Assertions: [{ Assert: randomMember(random) }],
  };
  return JSON.stringify({
    ...(random.percent(50) ? { Transform: 'AWS::Serverless-2016-10-31' } : {}),
    ...(random.percent(50)
      ? { Rules: random.percent(80) ? { Own: rule } : randomMember(random) }
      : {}),
    Parameters: {
      P: { Type: random.pick(['String', 'CommaDelimitedList', 'Number']), Default: '1' },
    },
    Conditions: random.percent(30) ? { C: randomMember(random) } : {},
    Resources: { R: { Type: random.pick(resourceTypes.split(' ')), Properties } },
    Outputs: random.percent(30) ? { O: { Value: randomMember(random) } } : {},
  });
}

/** Returns a request of the query protocol, often with a template. */
export function randomForm(random: RandomSource): RandomCall {
  const service = random.pick(Object.keys(formActions));
  const { version = '', names = [] } = formActions[service] ?? {};
  const form = new URLSearchParams({ Action: random.pick(names), Version: version });
  const parameters =
    'StackName ChangeSetName ChangeSetType TemplateURL RoleName RoleARN PolicyName PolicyArn PolicyDocument AssumeRolePolicyDocument NextToken Tags.member.1.Key Parameters.member.1.ParameterKey';
  for (const name of parameters.split(' ')) {
    if (random.percent(60)) form.set(name, random.pick(texts));
  }
  if (random.percent(70)) form.set('TemplateBody', randomTemplate(random));
  form.set('Capabilities.member.1', 'CAPABILITY_NAMED_IAM');
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { service, method: 'POST', path: '/', headers, body: form.toString() };
}

/** Returns a request of S3 with sub-resources and headers that select operations. */
export function randomObjectRequest(random: RandomSource): RandomCall {
  const path = random.pick(['/', '/target', '/none', '/target/k', '/target/%00', '/target/a/b']);
  const query = random.pick([
    '',
    '?uploads',
    '?uploadId=a&partNumber=1',
    '?uploadId=a',
    '?list-type=2&max-keys=-1&continuation-token=%25',
    '?versions&key-marker=a',
    '?tagging',
    '?acl',
    '?delete',
    '?versioning',
    '?versionId=a',
    '?publicAccessBlock',
    '?location',
  ]);
  const choices: readonly (readonly [string, string])[] = [
    ['x-amz-copy-source', random.pick(['/target/k', 'none', '%', '/target/k?versionId=x'])],
    ['range', random.pick(['bytes=0-0', 'bytes=-0', 'bytes=9-1', 'lines=1'])],
    ['if-match', '*'],
    ['content-md5', 'AAAA'],
    ['x-amz-checksum-crc32', random.pick(['AAAAAA==', '!'])],
    ['x-amz-sdk-checksum-algorithm', random.pick(['CRC32', 'OTHER'])],
    ['x-amz-meta-a', 'é'.normalize('NFD').replaceAll(/[^ -~]/g, '')],
    ['x-amz-metadata-directive', 'OTHER'],
  ];
  const headers = Object.fromEntries(choices.filter(() => random.percent(20)));
  const method = random.pick(['GET', 'PUT', 'POST', 'DELETE', 'HEAD']);
  const body = random.pick([
    '',
    'x',
    '<Delete><Object><Key>k</Key></Object></Delete>',
    '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>a</ETag></Part></CompleteMultipartUpload>',
    '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
    '<a>&#xffffffff;</a>',
  ]);
  return { service: 's3', method, path: path + query, headers, body };
}

/** An API with a mapping template, with and without a function, and with binary media types. */
const apiTemplate = JSON.stringify({
  Resources: {
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/r',
        Code: { ZipFile: 'exports.handler = async ({ body }) => ({ body });' },
      },
    },
    Api: {
      Type: 'AWS::ApiGateway::RestApi',
      Properties: {
        BinaryMediaTypes: ['image/*'],
        Body: {
          openapi: '3.0.1',
          paths: Object.fromEntries(
            ['mock', 'aws', 'aws_proxy'].map((type) => [`/${type}/{rest+}`, defineMethod(type)]),
          ),
        },
      },
    },
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v1' },
    },
  },
  Outputs: { Id: { Value: { Ref: 'Api' } } },
});

function defineMethod(type: string): object {
  const template = `{"statusCode": 200, "all": $input.json('$'), "q": "$input.params('q')", "rest": "$input.params().path.get('rest')",
    "keys": [#foreach($key in $input.params().header.keySet())"$util.escapeJavaScript($key)"#if($foreach.hasNext),#end#end]}`;
  const uri = {
    'Fn::Sub': `arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/\${Function.Arn}/invocations`,
  };
  return {
    'x-amazon-apigateway-any-method': {
      'x-amazon-apigateway-integration': {
        type,
        ...(type === 'mock' ? {} : { httpMethod: 'POST', uri }),
        ...(type === 'aws_proxy'
          ? {}
          : {
              requestTemplates: { 'application/json': template },
              requestParameters: { 'integration.request.header.X-Q': 'method.request.body.a[0]' },
              responses: {
                default: {
                  statusCode: '200',
                  responseParameters: {
                    'method.response.header.X-B': 'integration.response.body.a..b',
                  },
                },
              },
            }),
      },
    },
  };
}

/** Creates the API and returns the path of its stage. */
export async function createApi(settings: {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}): Promise<string> {
  const client = new CloudFormationClient({ ...settings, region: 'us-east-2', maxAttempts: 1 });
  const StackName = 'api';
  await client.send(new CreateStackCommand({ StackName, TemplateBody: apiTemplate }));
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
  client.destroy();
  return `/execute-api/${Stacks?.[0]?.Outputs?.[0]?.OutputValue}/v1`;
}

/** Returns a request to the API, without a signature. */
export function randomApiRequest(random: RandomSource, stage: string): Omit<RandomCall, 'service'> {
  const resource = random.pick(['mock', 'mock', 'aws', 'aws_proxy', 'none']);
  const rest = random.pick(['', '/a', '/a', '/a/b', '/%', '/%2F', '/%ff', '//a']);
  const query = random.pick(['', '?q=1&q=2', '?%', '?q=%22%24%7B', '?__proto__=1']);
  const choices: readonly (readonly [string, string])[] = [
    ['content-type', random.pick(['application/json', 'image/png', 'text/plain', ';', '/'])],
    ['accept', random.pick(['image/png', '*/*', ',', 'a/b/c', 'image/*;q=1'])],
    ['__proto__', 'a'],
    ['x-a', '$input.body'],
  ];
  const headers = Object.fromEntries(choices.filter(() => random.percent(40)));
  const body = random.pick(['', '{}', '{"a":[{"b":1e999}]}', '[[[[', 'null', '"x"', '\u0000é']);
  const method = random.pick(['GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS']);
  return { method, path: `${stage}/${resource}${rest}${query}`, headers, body };
}

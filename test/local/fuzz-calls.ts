import type { RandomSource } from '../support/random.ts';

/** A random request of a protocol with forms or XML. */
interface RandomCall {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const formActions: Readonly<Record<string, { readonly version: string; readonly names: string }>> =
  {
    cloudformation: {
      version: '2010-05-15',
      names:
        'CreateStack UpdateStack DeleteStack ValidateTemplate GetTemplateSummary GetTemplate CreateChangeSet DescribeChangeSet ' +
        'ExecuteChangeSet DescribeStacks DescribeStackEvents ListStackResources DescribeStackResource Other',
    },
    iam: {
      version: '2010-05-08',
      names:
        'CreateRole GetRole DeleteRole UpdateRole UpdateAssumeRolePolicy ListRoles PutRolePolicy GetRolePolicy AttachRolePolicy TagRole ' +
        'CreatePolicy GetPolicy Other',
    },
    sts: { version: '2011-06-15', names: 'GetCallerIdentity AssumeRole Other' },
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
  'AWS::ApiGateway::Method AWS::Serverless::Function AWS::Serverless::Api AWS::Serverless::SimpleTable AWS::Other::Type';
const properties =
  'FunctionName Qualifier MaximumRetryAttempts Tags Targets EventPattern KeySchema Runtime Handler InlineCode Events EventInvokeConfig FunctionUrlConfig TargetFunctionArn AuthType Name Type Value AllowedPattern Tier ' +
  'AutoPublishAlias PrimaryKey StageName DefinitionBody Auth Cors Integration RestApiId BucketEncryption RoutingConfig QueueName';

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
  const { version = '', names = '' } = formActions[service] ?? {};
  const form = new URLSearchParams({ Action: random.pick(names.split(' ')), Version: version });
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

/** A request to a service of the runtime. */
export interface Call {
  /** Service that the request must be signed for. */
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const json = (service: string, target: string, body: object): Call => ({
  service,
  method: 'POST',
  path: '/',
  headers: { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(body),
});
const form = (service: string, body: string): Call => ({
  service,
  method: 'POST',
  path: '/',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body,
});
/** Creates a request without headers. */
export const createCall = (service: string, method: string, path: string, body?: string): Call => ({
  service,
  method,
  path,
  headers: {},
  ...(body === undefined ? {} : { body }),
});

/** Requests of all services that would succeed, or fail for another reason, if they were signed. */
export const serviceCalls: readonly Call[] = [
  createCall('lambda', 'POST', '/2015-03-31/functions', '{"FunctionName":"f"}'),
  createCall('lambda', 'GET', '/2015-03-31/functions/'),
  createCall('lambda', 'POST', '/2015-03-31/functions/f/invocations', '{}'),
  createCall('lambda', 'GET', '/2025-12-01/functions/f/durable-executions?MaxItems=1'),
  createCall('s3', 'PUT', '/bucket'),
  createCall('s3', 'PUT', '/bucket/key', 'content'),
  createCall('s3', 'GET', '/bucket?list-type=2'),
  createCall('runtime', 'GET', '/_runtime/traffic'),
  createCall('runtime', 'PUT', '/_runtime/users/intruder', '{"policies":[]}'),
  json('dynamodb', 'DynamoDB_20120810.ListTables', {}),
  json('dynamodb', 'DynamoDB_20120810.PutItem', { TableName: 't', Item: {} }),
  json('ssm', 'AmazonSSM.PutParameter', { Name: '/a', Value: 'b', Type: 'SecureString' }),
  json('ssm', 'AmazonSSM.GetParameter', { Name: '/a', WithDecryption: true }),
  json('sqs', 'AmazonSQS.CreateQueue', { QueueName: 'q' }),
  json('logs', 'Logs_20140328.DescribeLogGroups', {}),
  form('cloudformation', 'Action=CreateStack&Version=2010-05-15&StackName=s&TemplateBody=%7B%7D'),
  form('cloudformation', 'Action=ListStacks&Version=2010-05-15'),
  form('sts', 'Action=GetCallerIdentity&Version=2011-06-15'),
  form('iam', 'Action=ListRoles&Version=2010-05-08'),
];

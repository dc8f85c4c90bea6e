import { isDeepStrictEqual } from 'node:util';
import { type Fields, isFields } from './constraints.ts';
import { invalidParameter } from './errors.ts';
import { type LambdaRequest, parseBody } from './request.ts';

interface Members {
  /** Parameters of the query. */
  readonly query?: string;
  /** Members of the body. Without it, the body is a payload, or the operation checks its members. */
  readonly body?: string;
}

const settings =
  'Role Handler Description Timeout MemorySize Environment Runtime DeadLetterConfig TracingConfig LoggingConfig DurableConfig';

const eventInvoke = 'DestinationConfig MaximumEventAgeInSeconds MaximumRetryAttempts';

/**
 * The members of each operation's request that the runtime implements. It rejects all others by name.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
 */
const membersByOperation: Readonly<Record<string, Members>> = {
  CreateFunction: { body: `FunctionName Code Publish PackageType Tags Architectures ${settings}` },
  ListFunctions: { query: 'FunctionVersion Marker MaxItems', body: '' },
  GetFunction: { query: 'Qualifier', body: '' },
  DeleteFunction: { query: 'Qualifier', body: '' },
  Invoke: { query: 'Qualifier' },
  GetFunctionConfiguration: { query: 'Qualifier', body: '' },
  UpdateFunctionConfiguration: { body: `RevisionId ${settings}` },
  UpdateFunctionCode: {
    body: 'ZipFile S3Bucket S3Key S3ObjectVersion ImageUri Architectures Publish DryRun RevisionId',
  },
  PublishVersion: { body: 'CodeSha256 Description RevisionId' },
  ListVersionsByFunction: { query: 'Marker MaxItems', body: '' },
  CreateAlias: { body: 'Name FunctionVersion Description RoutingConfig' },
  ListAliases: { query: 'FunctionVersion Marker MaxItems', body: '' },
  GetAlias: { body: '' },
  UpdateAlias: { body: 'FunctionVersion Description RevisionId RoutingConfig' },
  DeleteAlias: { body: '' },
  GetPolicy: { query: 'Qualifier', body: '' },
  AddPermission: { query: 'Qualifier' },
  RemovePermission: { query: 'Qualifier RevisionId', body: '' },
  PutFunctionEventInvokeConfig: { query: 'Qualifier', body: eventInvoke },
  UpdateFunctionEventInvokeConfig: { query: 'Qualifier', body: eventInvoke },
  GetFunctionEventInvokeConfig: { query: 'Qualifier', body: '' },
  DeleteFunctionEventInvokeConfig: { query: 'Qualifier', body: '' },
  ListFunctionEventInvokeConfigs: { query: 'Marker MaxItems', body: '' },
  CreateFunctionUrlConfig: { query: 'Qualifier', body: 'AuthType Cors InvokeMode' },
  GetFunctionUrlConfig: { query: 'Qualifier', body: '' },
  UpdateFunctionUrlConfig: { query: 'Qualifier', body: 'AuthType Cors InvokeMode' },
  DeleteFunctionUrlConfig: { query: 'Qualifier', body: '' },
  ListFunctionUrlConfigs: { query: 'Marker MaxItems', body: '' },
  ListTags: { body: '' },
  TagResource: { body: 'Tags' },
  UntagResource: { query: 'tagKeys', body: '' },
  ListDurableExecutionsByFunction: {
    query:
      'Qualifier DurableExecutionName Statuses StartedAfter StartedBefore ReverseOrder Marker MaxItems',
    body: '',
  },
  CheckpointDurableExecution: {},
  GetDurableExecutionState: { query: 'CheckpointToken Marker MaxItems', body: '' },
  GetDurableExecutionHistory: {
    query: 'IncludeExecutionData MaxItems Marker ReverseOrder',
    body: '',
  },
  GetDurableExecution: { query: 'IncludeExecutionData', body: '' },
};

/** Members of members that are objects. All of them exist in settings of functions only. */
const nestedMembers: Readonly<Record<string, readonly string[]>> = {
  DeadLetterConfig: ['TargetArn'],
  DurableConfig: ['ExecutionTimeout', 'RetentionPeriodInDays'],
  Environment: ['Variables'],
  LoggingConfig: ['ApplicationLogLevel', 'LogFormat', 'LogGroup'],
  TracingConfig: ['Mode'],
};

/** Members that are not implemented, with the value that AWS has as the default. This value is accepted. */
const defaults: Readonly<Record<string, unknown>> = {
  EphemeralStorage: { Size: 512 },
  SnapStart: { ApplyOn: 'None' },
};

const compiled = new Map(
  Object.entries(membersByOperation).map(([operation, { query = '', body }]) => [
    operation,
    {
      query: new Set(query.split(' ')),
      body: body === undefined ? undefined : new Set(body.split(' ')),
    },
  ]),
);

/** Throws InvalidParameterValueException for the first parameter or member of a request that the runtime does not implement. */
export function rejectUnknownMembers(operation: string, request: LambdaRequest): void {
  const members = compiled.get(operation);
  if (!members) return;
  for (const name of request.query.keys()) {
    const isSignature = /^x-amz-/i.test(name);
    if (!isSignature && !members.query.has(name)) throw unsupported(name, operation);
  }
  if (members.body && request.body.length > 0) rejectFields(operation, request, members.body);
}

function rejectFields(operation: string, request: LambdaRequest, known: ReadonlySet<string>): void {
  const body = parseBody(request);
  for (const [name, value] of Object.entries(isFields(body) ? body : {})) {
    if (!known.has(name) && !isDefault(name, value)) throw unsupported(name, operation);
    rejectNested(operation, name, value);
  }
}

function rejectNested(operation: string, parent: string, value: unknown): void {
  const known = Object.hasOwn(nestedMembers, parent) ? nestedMembers[parent] : undefined;
  if (!known || !isFields(value)) return;
  const unknown = Object.keys(value).find((name) => !known.includes(name) && value[name] !== null);
  if (unknown !== undefined) throw unsupported(`${parent}.${unknown}`, operation);
}

/** Reports whether a value has no effect: it is absent, empty or the default. */
function isDefault(name: string, value: unknown): boolean {
  if (value === null || value === '' || isDeepStrictEqual(value, defaults[name])) return true;
  if (Array.isArray(value)) return value.length === 0;
  const members: Fields = isFields(value) ? value : {};
  return isFields(value) && Object.values(members).every((member) => isDefault('', member));
}

function unsupported(name: string, operation: string): Error {
  return invalidParameter(
    `The local runtime does not implement the parameter ${name} of ${operation}`,
  );
}

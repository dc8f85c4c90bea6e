import type { AwsError } from '../../wire/aws-error.ts';
import { invalid } from '../query-protocol.ts';
import {
  type Fields,
  isFields,
  parseIntrinsic,
  readMember,
  type Template,
} from '../templates/template.ts';

const list = (names: string): readonly string[] => names.split(' ');

/**
 * Properties that the local runtime transforms.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
 */
const functionProperties = list(
  'Architectures AssumeRolePolicyDocument AutoPublishAlias AutoPublishAliasAllProperties AutoPublishCodeSha256 CodeUri DeadLetterQueue ' +
    'Description DurableConfig Environment EventInvokeConfig Events FunctionName FunctionUrlConfig Handler InlineCode LoggingConfig MemorySize PackageType ' +
    'PermissionsBoundary Policies Role RolePath Runtime Tags Timeout Tracing VersionDescription',
);

const apiProperties = list(
  'AccessLogSetting AlwaysDeploy Auth BinaryMediaTypes Cors DefinitionBody Description EndpointConfiguration FailOnWarnings GatewayResponses ' +
    'MethodSettings Name OpenApiVersion StageName Tags TracingEnabled Variables',
);

const simpleTableProperties = list(
  'PointInTimeRecoverySpecification PrimaryKey ProvisionedThroughput SSESpecification TableName Tags',
);

const served: Readonly<Record<string, readonly string[]>> = {
  'AWS::Serverless::Function': functionProperties,
  'AWS::Serverless::Api': apiProperties,
  'AWS::Serverless::SimpleTable': simpleTableProperties,
};

/** Returns the error with which SAM refuses a resource. */
export function invalidResource(id: string, problem: string): AwsError {
  return invalidDocument(`Resource with id [${id}] is invalid. ${problem}`);
}

function invalidDocument(problem: string): AwsError {
  return invalid(
    'Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification document. ' +
      `Number of errors found: 1. ${problem}`,
  );
}

/** Throws ValidationError for the first property of a SAM resource, or a member of one, that is not in the list. */
export function checkSamNames(
  id: string,
  { place, names }: { readonly place: string; readonly names: readonly string[] },
  fields: unknown,
): void {
  const unknown = Object.keys(isFields(fields) ? fields : {}).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw invalidResource(
    id,
    `Property '${unknown}' of ${place} is not defined or is not implemented by the local runtime.`,
  );
}

/** Throws ValidationError for the first property of a SAM resource that SAM or the local runtime does not know. */
export function checkSamProperties(id: string, type: string, properties: Fields): void {
  checkSamNames(id, { place: type, names: served[type] ?? [] }, properties);
  const { PackageType } = properties;
  if (PackageType !== undefined && PackageType !== 'Zip') {
    throw invalidResource(
      id,
      `The local runtime does not implement PackageType ${JSON.stringify(PackageType)}.`,
    );
  }
}

/** Throws ValidationError for an unknown section or property of `Globals`. */
export function checkGlobals({ Globals = {} }: Template): void {
  for (const [section, properties] of Object.entries(Globals)) {
    const names = served[`AWS::Serverless::${section}`];
    const unknown = names && Object.keys(properties ?? {}).find((name) => !names.includes(name));
    if (names && unknown === undefined) continue;
    const place = unknown === undefined ? section : `${section}.${unknown}`;
    throw invalidDocument(
      `'Globals' section is invalid. '${place}' is not supported by SAM or not implemented by the local runtime.`,
    );
  }
}

/** Merges globals with a resource's own properties. Own values win, maps are merged and lists are concatenated. */
export function mergeGlobals(globals: unknown, own: unknown): unknown {
  if (Array.isArray(globals) && Array.isArray(own)) return [...globals, ...own];
  if (!isFields(globals) || !isFields(own)) return own;
  // A map and an intrinsic function cannot be merged.
  if (parseIntrinsic(globals) || parseIntrinsic(own)) return own;
  const merged: Fields = { ...globals };
  for (const [name, value] of Object.entries(own)) {
    merged[name] = Object.hasOwn(globals, name) ? mergeGlobals(globals[name], value) : value;
  }
  return merged;
}

/**
 * Returns the value of a property that decides which resources SAM creates: a `Ref` to a parameter is replaced by the value of the
 * parameter, or by its default.
 */
export function resolveParameter(
  value: unknown,
  { Parameters }: Template,
  values: Readonly<Record<string, string>>,
): unknown {
  const [name, argument] = parseIntrinsic(value) ?? [];
  if (name !== 'Ref' || typeof argument !== 'string') return value;
  const declaration = readMember(Parameters, argument);
  if (!declaration) return value;
  return readMember(values, argument) ?? declaration.Default ?? value;
}

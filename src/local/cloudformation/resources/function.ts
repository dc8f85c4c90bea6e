import { zipSync } from 'fflate';
import { invalid } from '../query-protocol.ts';
import { toText } from '../templates/intrinsics.ts';
import { type Fields, isFields } from '../templates/template.ts';
import {
  generateName,
  nonEmptyText,
  type PhysicalResource,
  type ResourceHandler,
  type ResourceRequest,
  type Services,
} from './handler.ts';

const codeMembers = ['S3Bucket', 'S3Key', 'S3ObjectVersion', 'ZipFile'];

/** Maximum length of inline code (characters). */
const maxInlineLength = 4 * 1024 * 1024;

/**
 * Returns the archive of inline code: a CommonJS module `index.js`. Throws ValidationError if it is too long or has another source too.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
 */
function packInlineCode(text: string, members: Fields): Buffer {
  if (Object.keys(members).length > 1) {
    throw invalid('Please do not provide other FunctionCode parameters when providing a ZipFile.');
  }
  if (text === '' || text.length > maxInlineLength) {
    throw invalid(`ZipFile must have 1 to ${maxInlineLength} characters`);
  }
  return Buffer.from(zipSync({ 'index.js': Buffer.from(text) }, { mtime: inlineTime }));
}

/** The same code gives the same archive. */
const inlineTime = new Date(1980, 0, 2, 12);

/** AWS::Lambda::Function: `Ref` is its name. Its code is inline or an object in S3. */
export function functionHandler({ functions, s3 }: Services): ResourceHandler {
  const put = (request: ResourceRequest, name: string): PhysicalResource => {
    functions.put(toFunctionInput(request, name), readCode(request.properties));
    return { physicalId: name, attributes: { Arn: functions.arn(name) } };
  };
  function readCode({ Code: code }: Fields): Buffer {
    const fields = isFields(code) ? code : {};
    const unknown = Object.keys(fields).find((name) => !codeMembers.includes(name));
    if (unknown !== undefined) {
      throw invalid(
        `The local runtime does not implement Code.${unknown} of AWS::Lambda::Function`,
      );
    }
    const { S3Bucket, S3Key, S3ObjectVersion, ZipFile } = fields;
    if (ZipFile !== undefined) return packInlineCode(toText(ZipFile), fields);
    if (S3Bucket === undefined || S3Key === undefined) {
      throw invalid('Please provide a source for function code.');
    }
    const [bucket, key] = [toText(S3Bucket), toText(S3Key)];
    const object = s3.read(bucket, key, nonEmptyText(S3ObjectVersion));
    if (object) return object;
    throw invalid(
      'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not ' +
        `exist: s3://${bucket}/${key}`,
    );
  }
  return {
    createOnly: ['FunctionName'],
    conditionalCreateOnly: ['DurableConfig'],
    create(request) {
      const explicit = nonEmptyText(request.properties['FunctionName']);
      return put(request, explicit ?? generateName(request, 64));
    },
    update: (request, { physicalId }) => put(request, physicalId),
    remove: ({ physicalId }) => functions.remove(physicalId),
  };
}

/**
 * AWS::Lambda::Version: `Ref` is its qualified ARN; the attribute `Version` is its number. Its creation fails if the function has
 * not changed since its newest version, as in CloudFormation: https://github.com/aws/aws-cdk/issues/11537
 */
export function versionHandler({ functions }: Services): ResourceHandler {
  const publish = ({ properties }: ResourceRequest): PhysicalResource => {
    const name = toText(properties['FunctionName']);
    const { version, isNew } = functions.publish(name, nonEmptyText(properties['Description']));
    if (!isNew) {
      throw invalid(
        `A version for this Lambda function exists ( ${version} ). Modify the function to create a new version`,
      );
    }
    const arn = functions.arn(name, version);
    return { physicalId: arn, attributes: { Version: version, FunctionArn: arn } };
  };
  return {
    createOnly: ['FunctionName', 'Description'],
    create: publish,
    update: (_, previous) => previous,
    remove: () => undefined,
  };
}

/**
 * AWS::Lambda::Alias: `Ref` is its ARN. An update sets all properties: it reverts what was changed outside of the stack, and removes
 * the weights if the template has none.
 */
export function aliasHandler({ functions }: Services): ResourceHandler {
  const toResource = ({ properties }: ResourceRequest): PhysicalResource => {
    const arn = functions.arn(toText(properties['FunctionName']), toText(properties['Name']));
    return { physicalId: arn, attributes: { AliasArn: arn } };
  };
  return {
    createOnly: ['FunctionName', 'Name'],
    create(request) {
      functions.createAlias(toAliasInput(request.properties));
      return toResource(request);
    },
    update(request) {
      functions.updateAlias(toAliasInput(request.properties));
      return toResource(request);
    },
    remove: ({ properties }) =>
      functions.removeAlias(toText(properties['FunctionName']), toText(properties['Name'])),
  };
}

/** Returns the properties as members of CreateAlias: the weights are a map there. */
function toAliasInput({ RoutingConfig: routing, ...properties }: Fields): Fields {
  if (routing === undefined) return properties;
  const { AdditionalVersionWeights: list, ...others } = isFields(routing) ? routing : {};
  const weights = (Array.isArray(list) ? list : [])
    .filter(isFields)
    .map(({ FunctionVersion, FunctionWeight }) => [
      toText(FunctionVersion),
      Number(FunctionWeight),
    ]);
  return {
    ...properties,
    RoutingConfig: { ...others, AdditionalVersionWeights: Object.fromEntries(weights) },
  };
}

/** Returns the properties as members of CreateFunction: numbers may be text in a template, and tags are a list. */
function toFunctionInput({ properties }: ResourceRequest, name: string): Fields {
  const { Code: _code, Tags: tags, DurableConfig: durable, ...rest } = properties;
  return {
    ...toNumbers(rest, ['Timeout', 'MemorySize']),
    FunctionName: name,
    ...(isFields(durable)
      ? { DurableConfig: toNumbers(durable, ['ExecutionTimeout', 'RetentionPeriodInDays']) }
      : {}),
    ...(Array.isArray(tags) ? { Tags: toTagMap(tags) } : {}),
  };
}

/** Returns fields in which the texts of the named numbers are numbers: CloudFormation accepts both. */
export function toNumbers(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      names.includes(name) && typeof value === 'string' ? Number(value) : value,
    ]),
  );
}

function toTagMap(tags: readonly unknown[]): Fields {
  const pairs = tags.filter(isFields).map(({ Key, Value }) => [toText(Key), toText(Value)]);
  return Object.fromEntries(pairs);
}

import type { FunctionSettings } from '../../service-interfaces.ts';
import { text } from '../intrinsics.ts';
import { invalid } from '../query-protocol.ts';
import { type Fields, isFields } from '../template.ts';
import {
  generatedName,
  type Handler,
  optionalText,
  type Physical,
  type ResourceRequest,
  type Services,
} from './handler.ts';

/** AWS::Lambda::Function with its code from S3. */
export function functionHandler({ functions, objects }: Services): Handler {
  const put = (request: ResourceRequest, name: string): Physical => {
    functions.put(settings(request, { name, code: readCode(request.properties) }));
    return { physicalId: name, attributes: { Arn: functions.arn(name) } };
  };
  function readCode({ Code: code }: Fields): Buffer {
    const { S3Bucket, S3Key } = isFields(code) ? code : {};
    const found = objects.read(String(S3Bucket), String(S3Key));
    if (found) return found;
    throw invalid(
      'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not ' +
        `exist: s3://${String(S3Bucket)}/${String(S3Key)}`,
    );
  }
  return {
    createOnly: ['FunctionName'],
    create(request) {
      const explicit = optionalText(request.properties['FunctionName']);
      return put(request, explicit ?? generatedName(request).slice(0, 64));
    },
    update: (request, { physicalId }) => put(request, physicalId),
    remove: ({ physicalId }) => functions.remove(physicalId),
  };
}

/** AWS::Lambda::Version: `Ref` is the qualified ARN, `Version` its number. */
export function versionHandler({ functions }: Services): Handler {
  const publish = ({ properties }: ResourceRequest): Physical => {
    const name = text(properties['FunctionName']);
    const version = functions.publish(name, optionalText(properties['Description']));
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

/** AWS::Lambda::Alias: `Ref` is the alias's ARN. */
export function aliasHandler({ functions }: Services): Handler {
  const point = ({ properties }: ResourceRequest): Physical => {
    const [name, alias] = [text(properties['FunctionName']), text(properties['Name'])];
    functions.alias(name, alias, text(properties['FunctionVersion']));
    const arn = functions.arn(name, alias);
    return { physicalId: arn, attributes: { AliasArn: arn } };
  };
  return {
    createOnly: ['FunctionName', 'Name'],
    create: point,
    update: point,
    remove: () => undefined,
  };
}

function settings(
  { properties }: ResourceRequest,
  { name, code }: { name: string; code: Buffer },
): FunctionSettings {
  const logging = fields(properties['LoggingConfig']);
  const durable = fields(properties['DurableConfig']);
  const variables = fields(fields(properties['Environment'])['Variables']);
  const logLevel = optionalText(logging['ApplicationLogLevel']);
  const deadLetterArn = optionalText(fields(properties['DeadLetterConfig'])['TargetArn']);
  const tracing = optionalText(fields(properties['TracingConfig'])['Mode']);
  return {
    name,
    description: optionalText(properties['Description']) ?? '',
    runtime: optionalText(properties['Runtime']) ?? 'nodejs24.x',
    handler: optionalText(properties['Handler']) ?? 'index.handler',
    role: optionalText(properties['Role']) ?? '',
    timeout: Number(properties['Timeout'] ?? 3),
    memory: Number(properties['MemorySize'] ?? 128),
    environment: Object.fromEntries(
      Object.entries(variables).map(([key, value]) => [key, text(value)]),
    ),
    code,
    logGroup: optionalText(logging['LogGroup']) ?? `/aws/lambda/${name}`,
    logFormat: logging['LogFormat'] === 'JSON' ? 'JSON' : 'Text',
    ...(logLevel ? { logLevel } : {}),
    ...(deadLetterArn ? { deadLetterArn } : {}),
    ...(tracing ? { tracing } : {}),
    ...(properties['DurableConfig']
      ? {
          durable: {
            executionTimeout: Number(durable['ExecutionTimeout']),
            retentionDays: Number(durable['RetentionPeriodInDays'] ?? 14),
          },
        }
      : {}),
  };
}

function fields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

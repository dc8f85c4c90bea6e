import type { FunctionSettings } from '../../service-interfaces.ts';
import { Constraints, type Fields, isFields } from '../constraints.ts';
import { invalid } from '../execution/validation.ts';

export type Settings = Omit<FunctionSettings, 'code'>;

const functionName = /^[a-zA-Z0-9-_]{1,64}$/;
const logLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
/** Bytes of all names and values together. */
const largestEnvironment = 4096;

/** What the runtime knows nothing of is refused by name rather than ignored. */
const unknown = [
  'Layers',
  'ImageConfig',
  'FileSystemConfigs',
  'SnapStart',
  'CapacityProviderConfig',
];

/** The settings of a new function. Throws ValidationException or InvalidParameterValueException. */
export function newSettings(input: Fields): Settings {
  check(input, (constraints) => {
    constraints.required('functionName', input['FunctionName']);
    constraints.matches('functionName', nameOf(input['FunctionName']), functionName);
    constraints.required('role', input['Role']);
    constraints.required('code', input['Code']);
    constraints.oneOf('packageType', input['PackageType'], ['Zip', 'Image']);
  });
  if (input['PackageType'] === 'Image') {
    throw invalid('The local runtime does not implement functions that are images');
  }
  if (!input['Runtime'] || !input['Handler']) {
    throw invalid(
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    );
  }
  const name = nameOf(input['FunctionName']);
  const standard: Settings = {
    name,
    description: '',
    runtime: '',
    handler: '',
    role: '',
    timeout: 3,
    memory: 128,
    environment: {},
    logGroup: `/aws/lambda/${name}`,
    logFormat: 'Text',
  };
  return changed(standard, input, { creating: true });
}

/** The settings of a function with what a request changes. Throws as `newSettings` does. */
export function changedSettings(before: Settings, input: Fields): Settings {
  check(input, () => undefined);
  return changed(before, input, { creating: false });
}

function check(input: Fields, more: (constraints: Constraints) => void): void {
  const constraints = new Constraints();
  more(constraints);
  const { DurableConfig: durable, LoggingConfig: logging, TracingConfig: tracing } = input;
  constraints.longest('description', input['Description'], 256);
  constraints.within('timeout', input['Timeout'], [1, 900]);
  constraints.within('memorySize', input['MemorySize'], [128, 10_240]);
  constraints.matches('handler', input['Handler'], /^[^\s]+$/);
  if (isFields(durable)) {
    constraints.within(
      'durableConfig.executionTimeout',
      durable['ExecutionTimeout'],
      [1, 31_622_400],
    );
    constraints.within(
      'durableConfig.retentionPeriodInDays',
      durable['RetentionPeriodInDays'],
      [1, 90],
    );
  }
  if (isFields(logging)) {
    constraints.oneOf('loggingConfig.logFormat', logging['LogFormat'], ['JSON', 'Text']);
    constraints.oneOf(
      'loggingConfig.applicationLogLevel',
      logging['ApplicationLogLevel'],
      logLevels,
    );
  }
  if (isFields(tracing)) {
    constraints.oneOf('tracingConfig.mode', tracing['Mode'], ['Active', 'PassThrough']);
  }
  constraints.check();
  const strange = unknown.find((name) => hasContent(input[name]));
  if (strange) throw invalid(`The local runtime does not implement ${strange}`);
  const { Runtime: runtime } = input;
  if (typeof runtime === 'string' && !/^nodejs\d+\.x$/.test(runtime)) {
    throw invalid(`The local runtime runs Node.js, not ${runtime}`);
  }
}

const hasContent = (value: unknown) =>
  Array.isArray(value) ? value.length > 0 : isFields(value) && Object.keys(value).length > 0;

function changed(before: Settings, input: Fields, { creating }: { creating: boolean }): Settings {
  const { LoggingConfig, TracingConfig, DeadLetterConfig, Environment, DurableConfig } = input;
  const logging = isFields(LoggingConfig) ? LoggingConfig : {};
  const level = text(logging['ApplicationLogLevel']) ?? before.logLevel;
  const letters = isFields(DeadLetterConfig)
    ? text(DeadLetterConfig['TargetArn'])
    : before.deadLetterArn;
  const tracing = isFields(TracingConfig) ? text(TracingConfig['Mode']) : before.tracing;
  const durable = durableOf(before, DurableConfig, creating);
  const {
    logLevel: _level,
    deadLetterArn: _letters,
    tracing: _tracing,
    durable: _durable,
    ...rest
  } = before;
  return {
    ...rest,
    description: text(input['Description']) ?? before.description,
    runtime: text(input['Runtime']) ?? before.runtime,
    handler: text(input['Handler']) ?? before.handler,
    role: text(input['Role']) ?? before.role,
    timeout: Number(input['Timeout'] ?? before.timeout),
    memory: Number(input['MemorySize'] ?? before.memory),
    environment: isFields(Environment) ? variablesOf(Environment) : before.environment,
    logGroup: text(logging['LogGroup']) ?? before.logGroup,
    logFormat: (text(logging['LogFormat']) ?? before.logFormat) as Settings['logFormat'],
    ...(level ? { logLevel: level } : {}),
    ...(letters ? { deadLetterArn: letters } : {}),
    ...(tracing ? { tracing } : {}),
    ...(durable ? { durable } : {}),
  };
}

/** A function is durable from its creation on, or never. */
function durableOf({ durable }: Settings, config: unknown, creating: boolean): Settings['durable'] {
  if (!isFields(config)) return durable;
  if (!creating && !durable) {
    throw invalid('DurableConfig can be set only when a function is created');
  }
  return {
    executionTimeout: Number(config['ExecutionTimeout'] ?? durable?.executionTimeout ?? 86_400),
    retentionDays: Number(config['RetentionPeriodInDays'] ?? durable?.retentionDays ?? 14),
  };
}

function variablesOf({ Variables }: Fields): Readonly<Record<string, string>> {
  const variables = isFields(Variables) ? Variables : {};
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  if (bytes > largestEnvironment) {
    throw invalid(
      'Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.',
    );
  }
  const reserved = Object.keys(variables).filter((name) => /^(AWS_LAMBDA_|_HANDLER$)/.test(name));
  if (reserved.length > 0) {
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  }
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, String(value)]),
  );
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A function may be named by its ARN. */
function nameOf(identifier: unknown): string {
  return (text(identifier) ?? '').replace(/^.*function:/, '');
}

import type { FunctionSettings } from '../../shared/service-interfaces.ts';
import { Constraints, type Fields, isFields } from '../constraints.ts';
import { invalidParameter } from '../errors.ts';

export type Settings = Omit<FunctionSettings, 'code'>;

const functionName = /^[a-zA-Z0-9-_]{1,64}$/;
const logLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
/** Maximum size of all environment variables, names included (bytes). */
const maxEnvironmentBytes = 4096;

/** Variables that Lambda sets. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const reservedVariables = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
  'TZ',
]);

/** Returns the settings of a new function. Throws ValidationException or InvalidParameterValueException. */
export function createSettings(input: Fields): Settings {
  const { DurableConfig: durable } = input;
  checkInput(input, (constraints) => {
    constraints.required('functionName', input['FunctionName']);
    constraints.matches('functionName', parseFunctionName(input['FunctionName']), functionName);
    constraints.required('role', input['Role']);
    constraints.required('code', input['Code']);
    constraints.oneOf('packageType', input['PackageType'], ['Zip', 'Image']);
    if (isFields(durable)) {
      constraints.required('durableConfig.executionTimeout', durable['ExecutionTimeout']);
    }
  });
  if (input['PackageType'] === 'Image') {
    throw invalidParameter('The local runtime does not implement functions from container images');
  }
  if (!input['Runtime'] || !input['Handler']) {
    throw invalidParameter(
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    );
  }
  const name = parseFunctionName(input['FunctionName']);
  const defaults: Settings = {
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
    architecture: 'x86_64',
  };
  return mergeSettings(defaults, input, { creating: true });
}

/** Returns the settings with a request's changes. Throws ValidationException or InvalidParameterValueException. */
export function updateSettings(before: Settings, input: Fields): Settings {
  checkInput(input, () => undefined);
  return mergeSettings(before, input, { creating: false });
}

function checkInput(input: Fields, addConstraints: (constraints: Constraints) => void): void {
  const constraints = new Constraints();
  addConstraints(constraints);
  addCommonConstraints(constraints, input);
  constraints.throwIfViolated();
  checkRuntime(input);
}

/** Adds the constraints that apply to new and to existing functions. */
function addCommonConstraints(constraints: Constraints, input: Fields): void {
  const { DurableConfig: durable, LoggingConfig: logging, TracingConfig: tracing } = input;
  constraints.maxLength('description', input['Description'], 256);
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
  if (input['Architectures'] !== undefined) {
    const { Architectures: architectures } = input;
    const isSingle = Array.isArray(architectures) && architectures.length === 1;
    // Lambda accepts a list, but only with one element.
    constraints.oneOf('architectures', isSingle ? architectures[0] : architectures, [
      'x86_64',
      'arm64',
    ]);
  }
  if (isFields(tracing)) {
    constraints.oneOf('tracingConfig.mode', tracing['Mode'], ['Active', 'PassThrough']);
  }
}

/** Throws InvalidParameterValueException for a language that the runtime does not run. */
function checkRuntime({ Runtime: runtime }: Fields): void {
  if (typeof runtime === 'string' && !/^nodejs\d+\.x$/.test(runtime)) {
    throw invalidParameter(`The local runtime runs Node.js, not ${runtime}`);
  }
}

function mergeSettings(
  before: Settings,
  input: Fields,
  { creating }: { creating: boolean },
): Settings {
  const { Environment, LoggingConfig, DurableConfig } = input;
  const logging = isFields(LoggingConfig) ? LoggingConfig : {};
  const durable = mergeDurable(before, DurableConfig, creating);
  return {
    name: before.name,
    description: asText(input['Description']) ?? before.description,
    runtime: asText(input['Runtime']) ?? before.runtime,
    handler: asText(input['Handler']) ?? before.handler,
    role: asText(input['Role']) ?? before.role,
    timeout: Number(input['Timeout'] ?? before.timeout),
    memory: Number(input['MemorySize'] ?? before.memory),
    environment: isFields(Environment) ? readVariables(Environment) : before.environment,
    logGroup: asText(logging['LogGroup']) ?? before.logGroup,
    logFormat: (asText(logging['LogFormat']) ?? before.logFormat) as Settings['logFormat'],
    ...mergeOptionalSettings(before, input),
    ...(durable ? { durable } : {}),
  };
}

/** Returns the settings that may be absent; an empty text removes one. */
function mergeOptionalSettings(
  before: Settings,
  { LoggingConfig, TracingConfig, DeadLetterConfig, Architectures }: Fields,
): Pick<Settings, 'logLevel' | 'deadLetterArn' | 'tracing' | 'architecture'> {
  const newLevel = isFields(LoggingConfig)
    ? asText(LoggingConfig['ApplicationLogLevel'])
    : undefined;
  const logLevel = newLevel ?? before.logLevel;
  const deadLetterArn = isFields(DeadLetterConfig)
    ? asText(DeadLetterConfig['TargetArn'])
    : before.deadLetterArn;
  const tracing = isFields(TracingConfig) ? asText(TracingConfig['Mode']) : before.tracing;
  const [architecture] = Array.isArray(Architectures)
    ? Architectures.map(String)
    : [before.architecture];
  return {
    ...(logLevel ? { logLevel } : {}),
    ...(deadLetterArn ? { deadLetterArn } : {}),
    ...(tracing ? { tracing } : {}),
    ...(architecture ? { architecture } : {}),
  };
}

/** Returns the new durable configuration. Throws if it would make an existing function durable. */
function mergeDurable(
  { durable }: Settings,
  config: unknown,
  creating: boolean,
): Settings['durable'] {
  if (!isFields(config)) return durable;
  if (!creating && !durable) {
    throw invalidParameter('DurableConfig can be set only when a function is created');
  }
  return {
    executionTimeout: Number(config['ExecutionTimeout'] ?? durable?.executionTimeout),
    retentionDays: Number(config['RetentionPeriodInDays'] ?? durable?.retentionDays ?? 14),
  };
}

function readVariables({ Variables }: Fields): Readonly<Record<string, string>> {
  const variables = isFields(Variables) ? Variables : {};
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  if (bytes > maxEnvironmentBytes) {
    throw invalidParameter(
      'Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.',
    );
  }
  const reserved = Object.keys(variables).filter((name) => reservedVariables.has(name));
  if (reserved.length > 0) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  }
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, String(value)]),
  );
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Returns the name of a function given by name or ARN. */
function parseFunctionName(identifier: unknown): string {
  return (asText(identifier) ?? '').replace(/^.*function:/, '');
}

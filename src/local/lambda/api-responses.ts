import { createHash } from 'node:crypto';
import type { BusEvent } from '../service-interfaces.ts';
import type { Engine } from './execution/engine.ts';
import type { ErrorObject, Execution } from './execution/model.ts';
import { invalid } from './execution/validation.ts';
import type { Alias, FunctionRegistry, FunctionVersion } from './function-registry.ts';
import { listingQuery } from './listing-query.ts';

/** A function's configuration as it is answered; of `$LATEST` the ARN is the function's own, unless it was named. */
export function configuration(
  version: FunctionVersion,
  { qualified = false } = {},
): Record<string, unknown> {
  const { settings } = version;
  const state = version.deleting
    ? { State: 'Deleting', StateReasonCode: 'DrainingDurableExecutions' }
    : { State: 'Active' };
  return {
    FunctionName: settings.name,
    FunctionArn: qualified ? version.arn : version.arn.replace(/:\$LATEST$/, ''),
    Runtime: settings.runtime,
    Role: settings.role,
    Handler: settings.handler,
    CodeSize: version.size,
    CodeSha256: Buffer.from(version.sha, 'hex').toString('base64'),
    Description: version.description,
    Timeout: settings.timeout,
    MemorySize: settings.memory,
    LastModified: new Date(version.modified).toISOString().replace('Z', '+0000'),
    Version: version.version,
    RevisionId: version.revision.slice(0, 32),
    ...state,
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: [process.arch === 'arm64' ? 'arm64' : 'x86_64'],
    TracingConfig: { Mode: settings.tracing ?? 'PassThrough' },
    Environment: { Variables: settings.environment },
    LoggingConfig: {
      LogFormat: settings.logFormat,
      LogGroup: settings.logGroup,
      ...(settings.logLevel ? { ApplicationLogLevel: settings.logLevel } : {}),
    },
    ...(settings.deadLetterArn ? { DeadLetterConfig: { TargetArn: settings.deadLetterArn } } : {}),
    ...(settings.durable
      ? {
          DurableConfig: {
            ExecutionTimeout: settings.durable.executionTimeout,
            RetentionPeriodInDays: settings.durable.retentionDays,
          },
        }
      : {}),
  };
}

export function aliasConfiguration(functions: FunctionRegistry, name: string, alias: Alias) {
  return {
    AliasArn: functions.arn(name, alias.name),
    Name: alias.name,
    FunctionVersion: alias.version,
    Description: alias.description,
    RevisionId: createHash('sha256').update(JSON.stringify(alias)).digest('hex').slice(0, 32),
  };
}

type Summary = Omit<Execution, 'operations' | 'untold'>;

/** An execution as a list shows it. */
function executionSummary(functions: FunctionRegistry, execution: Summary) {
  return {
    DurableExecutionArn: execution.arn,
    DurableExecutionName: execution.name,
    FunctionArn: functions.arn(execution.functionName, execution.version),
    Status: execution.status,
    StartTimestamp: execution.started / 1000,
    ...(execution.ended === undefined ? {} : { EndTimestamp: execution.ended / 1000 }),
  };
}

/** GetDurableExecution; what went in and came out is left out when the caller asks for that. */
export function executionDetails(
  functions: FunctionRegistry,
  execution: Execution,
  query: URLSearchParams,
) {
  const included = query.get('IncludeExecutionData') !== 'false';
  const { input, result, error } = included ? execution : {};
  return {
    ...executionSummary(functions, execution),
    Version: execution.version,
    ExecutionDataIncluded: included,
    ...(input === undefined ? {} : { InputPayload: input }),
    ...(result === undefined ? {} : { Result: result }),
    ...(error ? { Error: error } : {}),
  };
}

/** The event of an execution's status (https://docs.aws.amazon.com/lambda/latest/dg/durable-monitoring.html). */
export function statusChange(functions: FunctionRegistry, execution: Execution): BusEvent {
  const { arn, name, functionName, version, status, started, ended } = execution;
  return {
    source: 'aws.lambda',
    'detail-type': 'Durable Execution Status Change',
    resources: [arn],
    detail: {
      durableExecutionArn: arn,
      durableExecutionName: name,
      functionArn: functions.arn(functionName, version),
      status,
      startTimestamp: new Date(started).toISOString(),
      ...(ended === undefined ? {} : { endTimestamp: new Date(ended).toISOString() }),
    },
  };
}

/** ListDurableExecutionsByFunction: newest first unless reversed. */
export function listExecutions(
  { engine, functions }: { engine: Engine; functions: FunctionRegistry },
  name: string,
  query: URLSearchParams,
) {
  const { limit, ...filter } = listingQuery(query);
  const qualifier = query.get('Qualifier');
  const version = qualifier ? functions.resolve(name, qualifier).version : undefined;
  const { executions, next } = engine.executions.list({
    functionName: name,
    ...filter,
    version,
    oldestFirst: query.get('ReverseOrder') === 'true',
    marker: markerOf(query.get('Marker')),
    limit,
  });
  return {
    DurableExecutions: executions.map((each) => executionSummary(functions, each)),
    ...(next ? { NextMarker: next } : {}),
  };
}

function markerOf(text: string | null): [number, number] | undefined {
  if (text === null) return undefined;
  const [, started, row] = /^(\d+(?:\.\d+)?):(\d+)$/.exec(text) ?? [];
  if (!started || !row) throw invalid('Invalid Marker');
  return [Number(started), Number(row)];
}

/** What a synchronous caller reads of an execution that failed. */
export function failureBody(status: string, error: ErrorObject | undefined): string {
  return JSON.stringify({
    errorType: error?.ErrorType ?? `Execution.${status}`,
    errorMessage: error?.ErrorMessage ?? '',
    ...(error?.StackTrace ? { stackTrace: error.StackTrace } : {}),
  });
}

import { createHash } from 'node:crypto';
import type { BusEvent } from '../shared/service-interfaces.ts';
import { invalidParameter } from './errors.ts';
import type { Engine } from './execution/engine.ts';
import type { ErrorObject, Execution } from './execution/model.ts';
import { publicStatus } from './execution/status.ts';
import { executionTimeout } from './execution/timer-store.ts';
import type { Alias } from './function-aliases.ts';
import type { FunctionRegistry, FunctionVersion } from './function-registry.ts';
import { parseListingQuery } from './listing-query.ts';

/** Returns a function's configuration as in the API. If not `qualified`, the ARN of `$LATEST` has no qualifier. */
export function functionConfiguration(
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
    Architectures: [settings.architecture ?? 'x86_64'],
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

/** Returns an alias as in the API. */
export function aliasConfiguration(functions: FunctionRegistry, name: string, alias: Alias) {
  const { additional } = alias;
  return {
    AliasArn: functions.arn(name, alias.name),
    Name: alias.name,
    FunctionVersion: alias.version,
    Description: alias.description,
    ...(additional
      ? { RoutingConfig: { AdditionalVersionWeights: { [additional.version]: additional.weight } } }
      : {}),
    RevisionId: createHash('sha256').update(JSON.stringify(alias)).digest('hex').slice(0, 32),
  };
}

/** The part of an execution that is stored in its own row. */
type Summary = Omit<Execution, 'operations' | 'updatedOperationIds' | 'storedBytes'>;

/** Returns an execution as an item of a listing. */
function executionSummary(functions: FunctionRegistry, execution: Summary) {
  return {
    DurableExecutionArn: execution.arn,
    DurableExecutionName: execution.name,
    FunctionArn: functions.arn(execution.functionName, execution.version),
    Status: publicStatus(execution),
    StartTimestamp: execution.started / 1000,
    ...(execution.ended === undefined ? {} : { EndTimestamp: execution.ended / 1000 }),
  };
}

/** Returns the response of GetDurableExecution, without input and result if the query excludes the execution data. */
export function executionDetails(
  { functions, engine }: { functions: FunctionRegistry; engine: Engine },
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
    ...(execution.traceHeader ? { TraceHeader: { XAmznTraceId: execution.traceHeader } } : {}),
    ...(result === undefined ? {} : { Result: result }),
    ...(error ? { Error: error } : {}),
    DurableConfig: {
      ExecutionTimeout: execution.timeout,
      RetentionPeriodInDays: execution.retentionDays,
    },
    ...toTimeoutDetails(engine, execution),
    ...toPauseDetails(execution, included),
  };
}

function toTimeoutDetails({ timers, times }: Engine, { id }: Execution) {
  const due = timers.dueTime(id, executionTimeout);
  if (due === undefined) return {};
  return { ExpectedExecutionTimeoutTimestamp: times.toWall(id, due) / 1000 };
}

function toPauseDetails(execution: Execution, included: boolean) {
  const status = publicStatus(execution);
  if (!execution.pause || (status !== 'PAUSING' && status !== 'PAUSED')) return {};
  const { requestedAt, timeoutPaused, reason } = execution.pause.request;
  return {
    PauseDetails: {
      PauseRequestTimestamp: requestedAt / 1000,
      ExecutionTimeoutPaused: timeoutPaused,
      ...(included && reason !== undefined ? { Reason: reason } : {}),
    },
  };
}

/**
 * Returns the status-change event of an execution. As in the example of AWS, it lists no resources, and the execution's ARN has the
 * qualifier `$LATEST` on every version; only the function's ARN names the version.
 * https://docs.aws.amazon.com/lambda/latest/dg/durable-monitoring.html
 */
export function statusChange(functions: FunctionRegistry, execution: Execution): BusEvent {
  const { arn, name, functionName, version, status, started, ended } = execution;
  return {
    source: 'aws.lambda',
    'detail-type': 'Durable Execution Status Change',
    resources: [],
    detail: {
      durableExecutionArn: arn.replace(
        /:[^:]+\/durable-execution\//,
        ':$LATEST/durable-execution/',
      ),
      durableExecutionName: name,
      functionArn: functions.arn(functionName, version),
      status,
      startTimestamp: new Date(started).toISOString(),
      ...(ended === undefined ? {} : { endTimestamp: new Date(ended).toISOString() }),
    },
  };
}

/**
 * Returns the response of ListDurableExecutionsByFunction: newest first, unless the query reverses the order. Without a qualifier, it lists
 * the executions of all versions; with an alias, of the versions to which the alias points now. Throws ResourceNotFoundException if
 * there is no such function.
 */
export function listExecutions(
  { engine, functions }: { engine: Engine; functions: FunctionRegistry },
  { name, qualifier }: { readonly name: string; readonly qualifier: string | undefined },
  query: URLSearchParams,
) {
  // An invalid query is reported even if the function does not exist.
  const { limit, ...filter } = parseListingQuery(query);
  functions.resolve(name);
  const { executions, next } = engine.executions.list({
    functionName: name,
    ...filter,
    versions: qualifier ? functions.findVersions(name, qualifier) : undefined,
    oldestFirst: query.get('ReverseOrder') === 'true',
    marker: parseMarker(query.get('Marker')),
    limit,
  });
  return {
    DurableExecutions: executions.map((execution) => executionSummary(functions, execution)),
    ...(next ? { NextMarker: next } : {}),
  };
}

function parseMarker(text: string | null): [number, number] | undefined {
  if (text === null) return undefined;
  const [, started, row] = /^(\d+(?:\.\d+)?):(\d+)$/.exec(text) ?? [];
  if (!started || !row) throw invalidParameter('Invalid Marker');
  return [Number(started), Number(row)];
}

/** Returns the payload that a synchronous caller receives for a failed execution. */
export function failureBody(status: string, error: ErrorObject | undefined): string {
  return JSON.stringify({
    errorType: error?.ErrorType ?? `Execution.${status}`,
    errorMessage: error?.ErrorMessage ?? '',
    ...(error?.StackTrace ? { stackTrace: error.StackTrace } : {}),
  });
}

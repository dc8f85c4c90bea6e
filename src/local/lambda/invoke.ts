import { randomUUID } from 'node:crypto';
import { tooManyRequests } from '../fault-injection/quotas.ts';
import type { InvokeInput, InvokeOutput } from '../shared/service-interfaces.ts';
import { AwsError } from '../wire/aws-error.ts';
import { failureBody } from './api-responses.ts';
import type { LambdaContext } from './context.ts';
import { conflict, invalidParameter } from './errors.ts';
import type { Execution } from './execution/model.ts';
import type { FunctionVersion } from './function-registry.ts';

/** Maximum execution timeout of a durable function that is invoked synchronously (seconds). */
const maxSynchronousSeconds = 900;

/** Maximum response of a synchronous invocation (bytes): 6 MB and some room for the envelope. */
const maxResponseBytes = 6_291_556;

/**
 * Invokes a function, or starts a durable execution of it. `nested` means that a handler is the caller. Throws the AwsError that
 * Lambda returns.
 */
export async function invoke(
  context: LambdaContext,
  input: InvokeInput,
  nested = false,
): Promise<InvokeOutput> {
  const { functionName, qualifier, type } = input;
  rejectDeleting(context, functionName);
  const version = context.functions.choose(functionName, qualifier);
  const text = input.payload.toString('utf8');
  checkPayload(input, text);
  const { durable } = version.settings;
  if (durable) checkDurable(input, durable.executionTimeout);
  else if (input.executionName !== undefined) {
    throw invalidParameter('Durable execution names can only be given to durable functions.');
  }
  if (type === 'DryRun') return { status: 204, payload: '', version: version.version };
  return durable
    ? invokeDurable(context, { input, version, text, nested })
    : invokePlain(context, { input, version, text, nested });
}

/** Throws ResourceConflictException if the function is being deleted. */
function rejectDeleting({ functions }: LambdaContext, name: string): void {
  if (!functions.isDeleting(name)) return;
  throw conflict(
    'The operation cannot be performed at this time. The function is currently in the following state: Deleting',
  );
}

function checkPayload({ type, payload }: InvokeInput, text: string): void {
  const maxBytes = (type === 'Event' ? 1 : 6) * 1024 * 1024;
  if (payload.length > maxBytes) {
    const message = `${payload.length} byte payload is too large for the ${type} invocation type (limit ${maxBytes} bytes)`;
    throw new AwsError('RequestTooLargeException', message, { status: 413 });
  }
  if (text === '') return;
  try {
    JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AwsError(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${why}`,
    );
  }
}

function checkDurable({ qualifier, type, executionName }: InvokeInput, timeout: number): void {
  if (!qualifier)
    throw invalidParameter('You cannot invoke a durable function using an unqualified ARN.');
  if (!(timeout >= 1)) {
    throw invalidParameter('The function has no ExecutionTimeout in its DurableConfig.');
  }
  if (type === 'RequestResponse' && timeout > maxSynchronousSeconds) {
    throw invalidParameter(
      'You cannot synchronously invoke a durable function with an executionTimeout greater than 15 minutes.',
    );
  }
  if (executionName !== undefined && !/^[a-zA-Z0-9_-]{1,64}$/.test(executionName)) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${executionName}' at 'durableExecutionName' failed to satisfy ` +
        'constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+',
    );
  }
}

/** A checked invocation of a function version. */
interface Invocation {
  readonly input: InvokeInput;
  readonly version: FunctionVersion;
  readonly text: string;
  /** True if a handler is the caller. */
  readonly nested: boolean;
}

async function invokeDurable(
  context: LambdaContext,
  invocation: Invocation,
): Promise<InvokeOutput> {
  const { input } = invocation;
  const execution = startOrFind(context, invocation);
  const common = { executionArn: execution.arn, version: execution.version };
  await context.engine.store.committed();
  if (input.type === 'Event') return { ...common, status: 202, payload: '' };
  const { status, result, error } = await context.engine.waitUntilClosed(execution);
  if (status === 'SUCCEEDED') return { ...common, status: 200, payload: result ?? '' };
  const payload = failureBody(status, error);
  return { ...common, status: 200, payload, functionError: 'Unhandled' };
}

/**
 * Returns the execution of that name if it has the same input, even if it has ended, or starts a new one. Throws
 * DurableExecutionAlreadyStartedException if the input differs.
 */
function startOrFind(
  { engine, quotas }: LambdaContext,
  { input, version, text, nested }: Invocation,
): Execution {
  const name = input.executionName ?? randomUUID();
  const id = input.executionName && engine.executions.findIdByName(version.settings.name, name);
  const existing = id ? engine.find(id) : undefined;
  const asynchronous = input.type === 'Event';
  if (!existing) {
    if (quotas?.tryAcquire('lambda', 'StartDurableExecution') === false) throw tooManyRequests();
    return engine.startNew(version, {
      name,
      asynchronous,
      ...(text === '' ? {} : { input: text }),
      ...(nested && !asynchronous ? { nested } : {}),
      ...(input.traceHeader === undefined ? {} : { traceHeader: input.traceHeader }),
    });
  }
  if ((existing.input ?? '') === text) return existing;
  throw new AwsError(
    'DurableExecutionAlreadyStartedException',
    `Execution already started: ${existing.arn}`,
    { status: 409 },
  );
}

/** Returns the error for a response that is too large for a synchronous caller. */
function checkResponse(payload: string) {
  if (Buffer.byteLength(payload) <= maxResponseBytes) return undefined;
  return {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${maxResponseBytes} bytes).`,
  };
}

async function invokePlain(
  { environments, asynchronous, eventInvokeConfigs }: LambdaContext,
  { input, version, text, nested }: Invocation,
): Promise<InvokeOutput> {
  const event = text || '{}';
  if (input.type === 'Event') {
    const { functionName, qualifier = '$LATEST' } = input;
    asynchronous.add(version, event, eventInvokeConfigs.find(functionName, qualifier));
    return { status: 202, payload: '', version: version.version };
  }
  const trace = input.traceHeader === undefined ? {} : { traceHeader: input.traceHeader };
  const job = { code: version, requestId: randomUUID(), event, nested, ...trace };
  const { payload = 'null', error, log = '' } = await environments.run(job);
  const common = { status: 200, version: version.version, log };
  const failure = error ?? checkResponse(payload);
  if (!failure) return { ...common, payload };
  return { ...common, payload: JSON.stringify(failure), functionError: 'Unhandled' };
}

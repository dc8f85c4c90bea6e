import { randomUUID } from 'node:crypto';
import { type Quotas, tooManyRequests } from '../fault-injection/quotas.ts';
import type { InvokeInput, InvokeOutput, Objects } from '../service-interfaces.ts';
import type { Meter } from '../usage-meter.ts';
import { AwsError } from '../wire/aws-error.ts';
import { failureBody } from './api-responses.ts';
import type { AsyncInvocations } from './async-invocations.ts';
import type { Engine } from './execution/engine.ts';
import type { Execution } from './execution/model.ts';
import { invalid } from './execution/validation.ts';
import type { Environments } from './execution-environments.ts';
import type { FunctionRegistry, FunctionVersion } from './function-registry.ts';

export interface Parts {
  readonly engine: Engine;
  readonly functions: FunctionRegistry;
  readonly environments: Environments;
  readonly asynchronous: AsyncInvocations;
  readonly meter?: Meter | undefined;
  readonly objects?: Pick<Objects, 'read'> | undefined;
  readonly quotas?: Quotas | undefined;
  /** Deletes a function; a durable one goes when its last execution has ended. */
  readonly removeFunction: (name: string) => void;
}

/** Lambda refuses to wait for executions that may take longer; seconds. */
const longestSynchronous = 900;

/** Invoke; `nested` when a handler is the caller. */
export async function invoke(
  parts: Parts,
  input: InvokeInput,
  nested = false,
): Promise<InvokeOutput> {
  const { functionName, qualifier, type } = input;
  refuseDeleting(parts, functionName);
  const version = parts.functions.resolve(functionName, qualifier);
  const text = input.payload.toString('utf8');
  checkPayload(input, text);
  const { durable } = version.settings;
  if (durable) checkDurable(input, durable.executionTimeout);
  else if (input.executionName !== undefined) {
    throw invalid('Durable execution names can only be given to durable functions.');
  }
  if (type === 'DryRun') return { status: 204, payload: '', version: version.version };
  return durable
    ? invokeDurable(parts, { input, version, text, nested })
    : invokePlain(parts, { input, version, text, nested });
}

/** A function that is being deleted takes nothing new. */
function refuseDeleting({ functions }: Parts, name: string): void {
  if (!functions.isDeleting(name)) return;
  throw new AwsError(
    'ResourceConflictException',
    'The operation cannot be performed at this time. The function is currently in the following state: Deleting',
    { status: 409 },
  );
}

function checkPayload({ type, payload }: InvokeInput, text: string): void {
  const largest = (type === 'Event' ? 1 : 6) * 1024 * 1024;
  if (payload.length > largest) {
    const message = `${payload.length} byte payload is too large for the ${type} invocation type (limit ${largest} bytes)`;
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
  if (!qualifier) throw invalid('You cannot invoke a durable function using an unqualified ARN.');
  if (type === 'RequestResponse' && timeout > longestSynchronous) {
    throw invalid(
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

interface Call {
  readonly input: InvokeInput;
  readonly version: FunctionVersion;
  readonly text: string;
  /** Whether a handler is the caller. */
  readonly nested: boolean;
}

async function invokeDurable(parts: Parts, call: Call): Promise<InvokeOutput> {
  const { input } = call;
  const execution = startOrFind(parts, call);
  const common = { executionArn: execution.arn, version: execution.version };
  await parts.engine.store.committed();
  if (input.type === 'Event') return { ...common, status: 202, payload: '' };
  const { status, result, error } = await parts.engine.closed(execution);
  if (status === 'SUCCEEDED') return { ...common, status: 200, payload: result ?? '' };
  const payload = failureBody(status, error);
  return { ...common, status: 200, payload, functionError: 'Unhandled' };
}

/** The same name with the same bytes is the same execution, also when that has closed. */
function startOrFind({ engine, quotas }: Parts, { input, version, text, nested }: Call): Execution {
  const name = input.executionName ?? randomUUID();
  const id = input.executionName && engine.executions.named(version.settings.name, name);
  const existing = id ? engine.find(id) : undefined;
  const asynchronous = input.type === 'Event';
  if (!existing) {
    if (quotas?.allows('lambda', 'StartDurableExecution') === false) throw tooManyRequests();
    return engine.begin(version, {
      name,
      asynchronous,
      ...(text === '' ? {} : { input: text }),
      ...(nested && !asynchronous ? { nested } : {}),
    });
  }
  if ((existing.input ?? '') === text) return existing;
  throw new AwsError(
    'DurableExecutionAlreadyStartedException',
    `Execution already started: ${existing.arn}`,
    { status: 409 },
  );
}

async function invokePlain(
  { environments, asynchronous }: Parts,
  { input, version, text, nested }: Call,
): Promise<InvokeOutput> {
  const event = text || '{}';
  if (input.type === 'Event') {
    asynchronous.add(version, event);
    return { status: 202, payload: '', version: version.version };
  }
  const job = { code: version, requestId: randomUUID(), event, nested };
  const { payload = 'null', error, log = '' } = await environments.run(job);
  const common = { status: 200, version: version.version, log };
  if (!error) return { ...common, payload };
  return { ...common, payload: JSON.stringify(error), functionError: 'Unhandled' };
}

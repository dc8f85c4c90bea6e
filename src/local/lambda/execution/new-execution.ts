import { randomUUID } from 'node:crypto';
import type { FunctionVersion } from '../function-registry.ts';
import type { Execution } from './model.ts';

/** Returns a new execution of a function version. It stays on this version until it ends. */
export function newExecution(
  version: FunctionVersion,
  properties: Pick<
    Execution,
    'name' | 'input' | 'tenantId' | 'traceHeader' | 'caller' | 'asynchronous' | 'nested'
  >,
): Execution {
  const id = randomUUID();
  const { name: functionName, durable } = version.settings;
  return {
    id,
    arn: `${version.arn}/durable-execution/${properties.name}/${id}`,
    ...properties,
    functionName,
    version: version.version,
    started: Date.now(),
    timeout: durable?.executionTimeout ?? 0,
    retentionDays: durable?.retentionDays ?? 0,
    status: 'RUNNING',
    failures: 0,
    events: 0,
    storedBytes: 0,
    operations: new Map(),
    updatedOperationIds: new Set(),
  };
}

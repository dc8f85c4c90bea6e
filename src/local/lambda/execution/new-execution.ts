import { randomUUID } from 'node:crypto';
import type { FunctionVersion } from '../function-registry.ts';
import type { Execution } from './model.ts';

/** An execution that begins now, on the version that it stays on. */
export function newExecution(
  version: FunctionVersion,
  given: Pick<Execution, 'name' | 'input' | 'tenantId' | 'caller' | 'asynchronous' | 'nested'>,
): Execution {
  const id = randomUUID();
  const { name: functionName, durable } = version.settings;
  return {
    id,
    arn: `${version.arn}/durable-execution/${given.name}/${id}`,
    ...given,
    functionName,
    version: version.version,
    started: Date.now(),
    timeout: durable?.executionTimeout ?? 0,
    retentionDays: durable?.retentionDays ?? 0,
    status: 'RUNNING',
    failures: 0,
    events: 0,
    operations: new Map(),
    untold: new Set(),
  };
}

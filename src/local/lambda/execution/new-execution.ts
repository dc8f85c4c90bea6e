import { randomUUID } from 'node:crypto';
import type { FunctionVersion } from '../functions.ts';
import type { Execution } from './model.ts';

/** An execution that begins now, on the version that it stays on. */
export function newExecution(
  version: FunctionVersion,
  { name, input }: { name: string; input?: string },
): Execution {
  const id = randomUUID();
  const { name: functionName, durable } = version.settings;
  return {
    id,
    arn: `${version.arn}/durable-execution/${name}/${id}`,
    name,
    functionName,
    version: version.version,
    ...(input === undefined ? {} : { input }),
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

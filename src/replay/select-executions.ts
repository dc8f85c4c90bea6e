/** Selects the executions to replay. */
import { createHash } from 'node:crypto';
import type { Stack } from '../environment/stack.ts';
import { listExecutions, listOpenExecutions } from '../orders/lookup/executions.ts';

export interface ExecutionSelection {
  /** Only executions that started at this time or later (epoch ms). */
  readonly startedAfter: number;
  readonly running: boolean;
  /** Only executions that failed, timed out or were stopped. */
  readonly failed: boolean;
  /** Number of executions to choose at random. All if absent. */
  readonly sample?: number | undefined;
  /** The same seed chooses the same executions. */
  readonly seed: number;
  /** Lists the executions of this function instead of the workflow's. */
  readonly functionName?: string | undefined;
}

/** Returns the ARNs of the executions that have not ended and run on `$LATEST`: their next invocation runs the code deployed by then. */
export async function listOpenOnLatest(stack: Stack): Promise<string[]> {
  const arns: string[] = [];
  for await (const { arn } of listOpenExecutions(stack, {})) if (isOnLatest(arn)) arns.push(arn);
  return arns;
}

/** Returns whether an execution runs on `$LATEST`, from its ARN. */
export function isOnLatest(arn: string): boolean {
  return arn.includes(':$LATEST/');
}

const failedStatuses = ['FAILED', 'TIMED_OUT', 'STOPPED'] as const;

/** Returns the ARNs of the selected executions, oldest first. */
export async function selectExecutions(
  stack: Stack,
  { startedAfter, running, failed, sample, seed, functionName }: ExecutionSelection,
): Promise<string[]> {
  const filter = { startedAfter, ...(functionName === undefined ? {} : { functionName }) };
  const sources = [
    ...(running ? [listOpenExecutions(stack, filter)] : []),
    ...(failed ? failedStatuses.map((status) => listExecutions(stack, { ...filter, status })) : []),
    ...(running || failed ? [] : [listExecutions(stack, filter)]),
  ];
  const found: { readonly arn: string; readonly startedAt?: number }[] = [];
  for (const source of sources) for await (const execution of source) found.push(execution);
  const sorted = found
    .toSorted((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0))
    .map(({ arn }) => arn);
  return sample === undefined ? sorted : chooseSample(sorted, { sample, seed });
}

/** Returns `sample` of the ARNs in their order. The choice depends only on the seed and the ARNs. */
function chooseSample(
  arns: readonly string[],
  { sample, seed }: { readonly sample: number; readonly seed: number },
): string[] {
  const rank = (arn: string) => createHash('sha256').update(`${seed} ${arn}`).digest('hex');
  const chosen = new Set(
    arns
      .map((arn) => ({ arn, rank: rank(arn) }))
      .toSorted((a, b) => (a.rank < b.rank ? -1 : 1))
      .slice(0, sample)
      .map(({ arn }) => arn),
  );
  return arns.filter((arn) => chosen.has(arn));
}

/** Plans which executions are replayed, with which code. */
import { join } from 'node:path';
import { outputs as names } from '../../../functions/contract/api.ts';
import { deployableRoot, packageRoot, projectRoot } from '../../environment/project.ts';
import type { Stack } from '../../environment/stack.ts';
import { requireOutput } from '../../environment/stack-outputs.ts';
import { findOrders, type LocatedOrder } from '../../orders/lookup/find.ts';
import { resolveExecutionArn } from '../../orders/lookup/history.ts';
import { copyCode, findBuiltCode, type ReplayCode } from '../../replay/code.ts';
import {
  describeMissingHistory,
  type ReadResult,
  type ReplaySource,
  readAll,
} from '../../replay/read-all.ts';
import { RecordingReader, readRecordingFiles } from '../../replay/read-recordings.ts';
import { type ExecutionSelection, selectExecutions } from '../../replay/select-executions.ts';
import { UserError } from '../../user-error.ts';

/** The executions to replay, and the code. */
export interface ReplayPlan {
  readonly results: AsyncIterable<ReadResult>;
  readonly total: number;
  /** Maximum number of pages of histories that are read per second; absent for stored recordings. */
  readonly readRate?: number;
  readonly code: ReplayCode;
}

interface PlanOptions extends ExecutionSelection {
  /** Order references. If there are none, the selection applies. */
  readonly references: readonly string[];
  /** Maximum number of pages of histories per second. */
  readonly readRate: number;
  /** Folder with the code of another function. */
  readonly codeFolder?: string | undefined;
}

/**
 * Plans replays of executions in a stack. Throws a UserError if no execution matches (exit 5), if they belong to several functions, or
 * if the code of another function is not given (exit 2).
 */
export async function planFromStack(stack: Stack, options: PlanOptions): Promise<ReplayPlan> {
  const { references, functionName } = options;
  if (functionName !== undefined && options.codeFolder === undefined) {
    requireOwnFunction(stack, functionName);
  }
  const sources =
    references.length > 0
      ? await findSources(stack, references)
      : (await selectExecutions(stack, options)).map((arn) => ({ arn }));
  return planSources(stack, sources, options);
}

/** Plans replays of these executions. Throws like `planFromStack`. */
export async function planSources(
  stack: Stack,
  sources: readonly ReplaySource[],
  {
    readRate,
    functionName,
    codeFolder,
  }: Pick<PlanOptions, 'readRate' | 'functionName' | 'codeFolder'>,
): Promise<ReplayPlan> {
  if (sources.length === 0) {
    throw new UserError('No execution matches.', {
      hint: 'orders replay --since 7d',
      exit: 5,
      code: 'NotFound',
    });
  }
  const arns = sources.flatMap((source) => ('arn' in source ? [source.arn] : []));
  const executed = findOnlyFunction(arns);
  const name = functionName ?? executed ?? requireOutput(stack, names.workflowFunctionArn);
  const reader = new RecordingReader(stack.target, readRate);
  const { handler } = await reader.readSettings(name);
  const code = findCode({ functionName: name, handler, codeFolder });
  const results = readAll(sources, (arn) => reader.read(arn));
  return { results, total: sources.length, readRate, code };
}

/** Throws a UserError for a function that this project does not build (exit 2). */
function requireOwnFunction(stack: Stack, functionName: string): void {
  const own = [names.workflowFunctionArn, names.recoveryFunctionArn].map((output) =>
    parseFunctionName(requireOutput(stack, output)),
  );
  if (own.includes(parseFunctionName(functionName))) return;
  throw new UserError(`--function "${functionName}" needs --code, the folder of its code.`, {
    hint: [
      `orders replay --function ${functionName} --code <dir>`,
      `functions of this project: ${own.join(', ')}`,
    ],
  });
}

/** Finds the executions of references. An order whose execution is no longer known has none. */
async function findSources(
  stack: Stack,
  references: readonly string[],
): Promise<readonly ReplaySource[]> {
  const isArn = (text: string) => text.includes('/durable-execution/');
  const orders = await findOrders(
    stack,
    references.filter((text) => !isArn(text)),
  );
  const found = await Promise.all(orders.map((order) => findSource(stack, order)));
  return [...references.filter(isArn).map((arn) => ({ arn })), ...found];
}

async function findSource(stack: Stack, order: LocatedOrder): Promise<ReplaySource> {
  try {
    return { arn: await resolveExecutionArn(stack, order) };
  } catch (error) {
    const reason = describeMissingHistory(error);
    if (reason === undefined) throw error;
    return { execution: { name: order.orderId }, reason };
  }
}

/** Returns the name in `NAME`, `NAME:QUALIFIER` or an ARN of a function. */
function parseFunctionName(text: string): string {
  return /(?:^|:function:)([^:/]+)(?::[^:/]+)?$/.exec(text)?.[1] ?? text;
}

/** Returns the ARN of the function that all executions belong to, with the version of the first; undefined without executions. */
function findOnlyFunction(arns: readonly string[]): string | undefined {
  const functions = arns.map((arn) => arn.split('/durable-execution/')[0] ?? arn);
  const found = [...new Set(functions.map(parseFunctionName))];
  if (found.length <= 1) return functions[0];
  throw new UserError(`The executions belong to several functions: ${found.join(', ')}.`, {
    hint: 'replay the executions of each function on their own',
  });
}

interface CodeOptions {
  /** Name or ARN of the function. */
  readonly functionName: string;
  readonly handler: string;
  readonly codeFolder: string | undefined;
}

function findCode({ functionName, handler, codeFolder }: CodeOptions): ReplayCode {
  const build = join(packageRoot(), 'dist');
  if (codeFolder !== undefined) return copyCode(codeFolder, { handler, build });
  const project = deployableRoot(projectRoot(process.cwd()));
  // The template names the function STACK-recovery.
  const isRecovery = parseFunctionName(functionName).endsWith('-recovery');
  return findBuiltCode(isRecovery ? 'order-recovery' : 'order-workflow', { project, build });
}

/** Plans replays of stored recordings. Throws a UserError for a file that is not a recording (exit 2). */
export function planFromFiles(
  path: string,
  { handler, codeFolder }: Pick<CodeOptions, 'handler' | 'codeFolder'>,
): ReplayPlan {
  const recordings = readRecordingFiles(path);
  async function* yieldAll(): AsyncGenerator<ReadResult, void> {
    for (const recording of recordings) yield { recording };
  }
  const functionName = findOnlyFunction(recordings.map(({ arn }) => arn)) ?? '';
  const code = findCode({ functionName, handler, codeFolder });
  return { results: yieldAll(), total: recordings.length, code };
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputs as names } from '../../../functions/contract/api.ts';
import { deployableRoot, packageRoot, projectRoot } from '../../environment/project.ts';
import type { Stack } from '../../environment/stack.ts';
import { requireOutput } from '../../environment/stack-outputs.ts';
import { findOrders } from '../../orders/lookup/find.ts';
import { resolveExecutionArn } from '../../orders/lookup/history.ts';
import { assumeResults } from '../../replay/alternative.ts';
import { copyCode, findBuiltCode, type ReplayCode } from '../../replay/code.ts';
import { debugReplay } from '../../replay/debug.ts';
import { readAll } from '../../replay/read-all.ts';
import { RecordingReader, readRecordingFiles } from '../../replay/read-recordings.ts';
import type { Recording } from '../../replay/recording.ts';
import { saveRecording } from '../../replay/save-recording.ts';
import { type ExecutionSelection, selectExecutions } from '../../replay/select-executions.ts';
import type { Verdict } from '../../replay/verdict.ts';
import type { ReplayRequest } from '../../replay/worker/messages.ts';
import { type Replayed, ReplayProcess, replayAll } from '../../replay/workers.ts';
import { UserError } from '../../user-error.ts';
import { toJunit, toSarif } from './report-formats.ts';

/** The executions to replay, and the code. */
export interface ReplayPlan {
  readonly recordings: AsyncIterable<Recording>;
  readonly total: number;
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

/** Plans replays of executions in a stack. Throws a UserError if no execution matches (exit 5). */
export async function planFromStack(stack: Stack, options: PlanOptions): Promise<ReplayPlan> {
  const { references, functionName, readRate } = options;
  const reader = new RecordingReader(stack.target, readRate);
  const arns =
    references.length > 0 ? await findArns(stack, options) : await selectExecutions(stack, options);
  if (arns.length === 0) {
    throw new UserError('No execution matches.', {
      hint: 'orders replay --since 7d',
      exit: 5,
      code: 'NotFound',
    });
  }
  const { handler } = await reader.readSettings(
    functionName ?? requireOutput(stack, names.workflowFunctionArn),
  );
  const code = findCode(handler, options);
  return { recordings: readAll(arns, (arn) => reader.read(arn)), total: arns.length, code };
}

async function findArns(stack: Stack, { references }: PlanOptions): Promise<string[]> {
  const isArn = (text: string) => text.includes('/durable-execution/');
  const orders = await findOrders(
    stack,
    references.filter((text) => !isArn(text)),
  );
  const found = await Promise.all(orders.map((order) => resolveExecutionArn(stack, order)));
  return [...references.filter(isArn), ...found];
}

function findCode(handler: string, { codeFolder }: Pick<PlanOptions, 'codeFolder'>): ReplayCode {
  const build = join(packageRoot(), 'dist');
  if (codeFolder !== undefined) return copyCode(codeFolder, { handler, build });
  const project = deployableRoot(projectRoot(process.cwd()));
  return findBuiltCode('order-workflow', { project, build });
}

/** Plans replays of stored recordings. Throws a UserError for a file that is not a recording (exit 2). */
export function planFromFiles(
  path: string,
  options: { readonly codeFolder?: string | undefined; readonly handler: string },
): ReplayPlan {
  const recordings = readRecordingFiles(path);
  async function* yieldAll(): AsyncGenerator<Recording, void> {
    yield* recordings;
  }
  return {
    recordings: yieldAll(),
    total: recordings.length,
    code: findCode(options.handler, options),
  };
}

/** Replays a plan and returns all results. `onReplayed` is called after each. With `save`, stores each recording in that folder. */
export async function runPlan(
  { recordings, code }: ReplayPlan,
  {
    save,
    onReplayed,
  }: { readonly save?: string | undefined; readonly onReplayed: (replayed: Replayed) => void },
): Promise<Replayed[]> {
  const replays: Replayed[] = [];
  try {
    for await (const replayed of replayAll(code, recordings)) {
      if (save !== undefined) saveRecording(save, replayed.recording);
      replays.push(replayed);
      onReplayed(replayed);
    }
  } finally {
    code.dispose();
  }
  return replays;
}

/** Writes the reports that other tools read. */
export function writeReports(
  replays: readonly Replayed[],
  { junit, sarif }: { readonly junit?: string | undefined; readonly sarif?: string | undefined },
): void {
  if (junit !== undefined) writeFileSync(junit, toJunit(replays));
  if (sarif !== undefined) writeFileSync(sarif, toSarif(replays));
}

/** Returns the exit code of replays: 14 if one of them differs or could not be completed. */
export function replayExitCode(replays: readonly Replayed[]): 0 | 14 {
  return replays.some(({ verdict: { verdict } }) => verdict === 'diverges' || verdict === 'broken')
    ? 14
    : 0;
}

export interface SingleReplay {
  /** Results to assume, by the name of the operation (JSON texts). */
  readonly results: Readonly<Record<string, string>>;
  /** Port of the debugger; absent for a replay without a debugger. */
  readonly debugPort?: number | undefined;
  /** Operation at which the debugger stops. */
  readonly until?: string | undefined;
}

/** Replays the only execution of a plan, with other results or under a debugger. Throws a UserError if the plan has several (exit 2). */
export async function replayOne(
  { recordings, total, code }: ReplayPlan,
  { results, debugPort, until }: SingleReplay,
): Promise<Replayed> {
  if (total !== 1) {
    throw new UserError(`--inspect and --set replay one order, not ${total}.`, {
      hint: 'orders replay latest --inspect',
    });
  }
  try {
    for await (const original of recordings) {
      const { recording, assumed } =
        Object.keys(results).length > 0
          ? assumeResults(original, results)
          : { recording: original, assumed: {} };
      const verdict =
        debugPort === undefined
          ? await replayAlternative(code, { recording, assumed, isThorough: false })
          : await debugReplay(code, recording, { port: debugPort, until, assumed });
      return { recording, verdict };
    }
  } finally {
    code.dispose();
  }
  throw new Error('A plan has at least one recording');
}

async function replayAlternative(code: ReplayCode, request: ReplayRequest): Promise<Verdict> {
  const replayProcess = new ReplayProcess(code, request.recording.environment);
  try {
    return await replayProcess.replay(request);
  } finally {
    replayProcess.stop();
  }
}

/** Parses `OPERATION=JSON` texts. Throws a UserError for a text without a name or with invalid JSON (exit 2). */
export function parseResults(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name = '', json = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
      try {
        JSON.parse(json);
      } catch {
        throw new UserError(`--set "${text}" is not OPERATION=JSON.`, {
          hint: `orders replay latest --set 'fraud-check={"score":75}'`,
        });
      }
      return [name, json];
    }),
  );
}

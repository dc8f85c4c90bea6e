/** Runs planned replays. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { assumeResults } from '../../replay/alternative.ts';
import type { ReadResult } from '../../replay/read-all.ts';
import { type DebugOptions, ReplayProcess } from '../../replay/replay-process.ts';
import { saveRecording } from '../../replay/save-recording.ts';
import { type Replayed, replayAll } from '../../replay/workers.ts';
import { UserError } from '../../user-error.ts';
import { interruptExitCode, listenForInterrupt } from '../command/interrupt.ts';
import type { Ui } from '../terminal/terminal.ts';
import type { ReplayPlan } from './plan-replay.ts';
import { ReplayProgress } from './replay-progress.ts';
import { toJunit, toSarif } from './report-formats.ts';

interface RunOptions {
  /** Shows the progress on stderr in this mode. */
  readonly ui: Ui;
  /** Folder in which each recording is stored. */
  readonly save?: string | undefined;
  /** Called after each replay. */
  readonly onReplayed?: (replayed: Replayed) => void;
}

/** Replays a plan and returns all results. */
export async function runPlan(plan: ReplayPlan, options: RunOptions): Promise<Replayed[]> {
  const { ui, save, onReplayed } = options;
  const { results, total, readRate, code } = plan;
  const progress = new ReplayProgress({ total, readRate, ui });
  const release = endOnInterrupt(() => {
    progress.stop();
    code.dispose();
  });
  async function* noteRead(): AsyncGenerator<ReadResult, void> {
    for await (const result of results) {
      progress.countRead();
      if (save !== undefined && 'recording' in result) saveRecording(save, result.recording);
      yield result;
    }
  }
  const replays: Replayed[] = [];
  try {
    for await (const replayed of replayAll(code, noteRead())) {
      replays.push(replayed);
      progress.countReplayed();
      progress.clear();
      onReplayed?.(replayed);
    }
  } finally {
    release();
    progress.stop();
    code.dispose();
  }
  return replays;
}

/** Runs `dispose` and ends the process at Ctrl-C and SIGTERM. Returns a function that ends that. */
function endOnInterrupt(dispose: () => void): () => void {
  const { signal, release } = listenForInterrupt(undefined);
  signal.addEventListener('abort', () => {
    dispose();
    process.exit(interruptExitCode(signal));
  });
  return release;
}

/** Writes the reports that other tools read. */
export function writeReports(
  replays: readonly Replayed[],
  { junit, sarif }: { readonly junit?: string | undefined; readonly sarif?: string | undefined },
): void {
  if (junit !== undefined) writeFileSync(junit, toJunit(replays));
  if (sarif !== undefined) writeFileSync(sarif, toSarif(replays));
}

/** Returns the exit code of replays: 14 if one differs or could not be completed, 5 if no execution has a history. */
export function replayExitCode(replays: readonly Replayed[]): 0 | 5 | 14 {
  const verdicts = replays.map(({ verdict: { verdict } }) => verdict);
  if (verdicts.includes('diverges') || verdicts.includes('broken')) return 14;
  return verdicts.every((verdict) => verdict === 'skipped') ? 5 : 0;
}

export interface SingleReplay {
  /** Results to assume, by the name of the operation (JSON texts). */
  readonly results: Readonly<Record<string, string>>;
  /** Absent for a replay without a debugger. */
  readonly debug?: DebugOptions | undefined;
}

/** Replays the only execution of a plan, with other results or under a debugger. Throws a UserError if the plan has several (exit 2). */
export async function replayOne(
  plan: ReplayPlan,
  { results: assumedResults, debug }: SingleReplay,
): Promise<Replayed & { readonly hasMissedStop?: boolean }> {
  const { results, total, code } = plan;
  if (total !== 1) {
    throw new UserError(`--inspect and --set replay one order, not ${total}.`, {
      hint: 'orders replay latest --inspect',
    });
  }
  if (debug) await requireFreePort(debug.port);
  try {
    for await (const result of results) {
      if ('reason' in result) {
        const { execution, reason } = result;
        return { execution, verdict: { verdict: 'skipped', reason } };
      }
      const { recording, assumed } =
        Object.keys(assumedResults).length > 0
          ? assumeResults(result.recording, assumedResults)
          : { recording: result.recording, assumed: {} };
      const replayProcess = new ReplayProcess(code, recording.environment, debug);
      const release = endOnInterrupt(() => {
        replayProcess.stop();
        code.dispose();
      });
      const { arn, name, status } = recording;
      try {
        const verdict = await replayProcess.replay({ recording, assumed, isThorough: false });
        const { hasMissedStop } = replayProcess;
        return { execution: { arn, name, status }, verdict, hasMissedStop };
      } finally {
        release();
        replayProcess.stop();
      }
    }
  } finally {
    code.dispose();
  }
  throw new Error('A plan has at least one execution');
}

/** Throws a UserError if a port on loopback is in use (exit 2). */
async function requireFreePort(port: number): Promise<void> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch (cause) {
    throw new UserError(`Port ${port} is in use, for example by another debugger.`, {
      hint: 'end the other program, then: orders replay ORDER --inspect',
      cause,
    });
  } finally {
    server.close();
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

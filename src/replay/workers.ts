/** Replays recordings in several processes at the same time. */
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { ReplayCode } from './code.ts';
import { Locator } from './locate.ts';
import type { ReadResult } from './read-all.ts';
import type { ExecutionSummary, Recording } from './recording.ts';
import { ReplayProcess } from './replay-process.ts';
import type { Verdict } from './verdict.ts';

/** An execution and the result of its replay. */
export interface Replayed {
  readonly execution: ExecutionSummary;
  readonly verdict: Verdict;
}

/** Executions of one shape that are replayed under several times. More of them would show nothing new. */
const thoroughPerShape = 2;

/**
 * Yields the verdicts of recordings as they become known. Each set of environment variables gets processes of its own, because a function
 * may read them once while it loads. At most as many processes run as the machine has cores.
 */
export async function* replayAll(
  code: ReplayCode,
  results: AsyncIterable<ReadResult>,
): AsyncGenerator<Replayed, void> {
  const shapes = new Map<string, number>();
  const idle = new Map<string, ReplayProcess[]>();
  const running = new Map<number, Promise<readonly [id: number, replayed: Replayed]>>();
  const locator = new Locator(code);
  let nextId = 0;
  const start = (recording: Recording) => {
    const id = nextId++;
    const key = JSON.stringify(recording.environment);
    const free = idle.get(key) ?? [];
    idle.set(key, free);
    const replayProcess = free.pop() ?? new ReplayProcess(code, recording.environment);
    const shape = describeShape(recording);
    const seen = shapes.get(shape) ?? 0;
    shapes.set(shape, seen + 1);
    const { arn, name, status } = recording;
    const request = { recording, isThorough: seen < thoroughPerShape };
    const replay = async () => {
      const found = await replayProcess.replay(request);
      free.push(replayProcess);
      const verdict = await locator.addPlace(found, request);
      return [id, { execution: { arn, name, status }, verdict }] as const;
    };
    running.set(id, replay());
  };
  const next = async () => {
    const [id, replayed] = await Promise.race(running.values());
    running.delete(id);
    return replayed;
  };
  try {
    for await (const result of results) {
      if ('reason' in result) {
        yield {
          execution: result.execution,
          verdict: { verdict: 'skipped', reason: result.reason },
        };
        continue;
      }
      if (running.size >= availableParallelism()) yield await next();
      start(result.recording);
    }
    while (running.size > 0) yield await next();
  } finally {
    for (const processes of idle.values()) for (const each of processes) each.stop();
  }
}

/** Returns a text that is the same for executions with the same operations in the same order and the same invocations. */
function describeShape({ environment, events }: Recording): string {
  const hash = createHash('sha256').update(JSON.stringify(environment));
  for (const { EventType = '', Name } of events) {
    // The name in these events is the name of the execution.
    if (!EventType.startsWith('Execution')) hash.update(`\n${EventType} ${Name}`);
  }
  return hash.digest('hex');
}

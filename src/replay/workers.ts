/** Replays recordings in processes of their own, which have no credentials and no network. */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ReplayCode } from './code.ts';
import type { Recording } from './recording.ts';
import type { Verdict } from './verdict.ts';
import type { ReplayRequest, ReplayResponse, WorkerSettings } from './worker/messages.ts';

/** A recording and the result of its replay. */
export interface Replayed {
  readonly recording: Recording;
  readonly verdict: Verdict;
}

/** Executions of one shape that are replayed under several times. More of them would show nothing new. */
const thoroughPerShape = 2;

/** A process that replays executions sequentially, with one set of environment variables. */
export class ReplayProcess {
  readonly #child: ChildProcess;
  #settle: ((verdict: Verdict) => void) | undefined;
  /** Why the process ended; undefined while it runs. */
  #ended: string | undefined;

  constructor(code: ReplayCode, environment: Readonly<Record<string, string>>) {
    const { workerFolder, root, handler, mapFolder } = code;
    const pluginUrl = pathToFileURL(join(workerFolder, 'replay-plugin.js')).href;
    const settings: WorkerSettings = { root, handler, pluginUrl, mapFolder };
    this.#child = fork(join(workerFolder, 'replay-worker.js'), [JSON.stringify(settings)], {
      execArgv: ['--permission', '--allow-fs-read=*', '--stack-trace-limit=30', '--no-warnings'],
      env: { ...environment, TZ: 'UTC' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child.on('message', ({ verdict }: ReplayResponse) => this.#settle?.(verdict));
    this.#child.on('exit', (status, signal) => {
      this.#ended = `The process of the replay ended (${signal ?? `exit ${status}`})`;
      this.#settle?.({ verdict: 'broken', reason: this.#ended });
    });
  }

  replay(request: ReplayRequest): Promise<Verdict> {
    if (this.#ended !== undefined) {
      return Promise.resolve({ verdict: 'broken', reason: this.#ended });
    }
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#child.send(request);
    });
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}

/**
 * Yields the verdicts of recordings as they become known. Each set of environment variables gets processes of its own, because a function
 * may read them once while it loads. At most as many processes run as the machine has cores.
 */
export async function* replayAll(
  code: ReplayCode,
  recordings: AsyncIterable<Recording>,
): AsyncGenerator<Replayed, void> {
  const shapes = new Map<string, number>();
  const idle = new Map<string, ReplayProcess[]>();
  const running = new Map<number, Promise<readonly [id: number, replayed: Replayed]>>();
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
    const replayed = replayProcess
      .replay({ recording, isThorough: seen < thoroughPerShape })
      .then((verdict) => {
        free.push(replayProcess);
        return [id, { recording, verdict }] as const;
      });
    running.set(id, replayed);
  };
  const next = async () => {
    const [id, replayed] = await Promise.race(running.values());
    running.delete(id);
    return replayed;
  };
  try {
    for await (const recording of recordings) {
      if (running.size >= availableParallelism()) yield await next();
      start(recording);
    }
    while (running.size > 0) yield await next();
  } finally {
    for (const processes of idle.values()) for (const each of processes) each.stop();
  }
}

/** Returns a text that is the same for executions with the same operations in the same order. */
function describeShape({ environment, events }: Recording): string {
  const hash = createHash('sha256').update(JSON.stringify(environment));
  for (const { EventType, Name } of events) hash.update(`\n${EventType} ${Name}`);
  return hash.digest('hex');
}

/** A process that replays executions. It has no credentials and no network. */
import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { copyWithSourceMaps, type ReplayCode } from './code.ts';
import type { Verdict } from './verdict.ts';
import type { ReplayRequest, ReplayResponse, WorkerSettings } from './worker/messages.ts';

export interface DebugOptions {
  /** Port of the debugger on loopback. */
  readonly port: number;
  /** Operation at whose start the code stops; the first if absent. */
  readonly until?: string | undefined;
}

/** How a process is started. */
interface Launch {
  readonly settings: Pick<WorkerSettings, 'root' | 'mapFolder' | 'stopAt'>;
  readonly nodeFlags: readonly string[];
  readonly stderr: 'ignore' | 'inherit';
  /** Removes temporary files. */
  readonly dispose: () => void;
}

/** Replays executions sequentially, with one set of environment variables. */
export class ReplayProcess {
  readonly #child: ChildProcess;
  #settle: ((verdict: Verdict) => void) | undefined;
  /** Why the process ended; undefined while it runs. */
  #ended: string | undefined;
  /** Removes the temporary files of the process. */
  readonly #dispose: () => void;
  /** Whether the code has not started the operation at which a debugger should stop. */
  hasMissedStop = false;

  /** With `debug`, the process waits for a debugger before it runs any code. */
  constructor(
    code: ReplayCode,
    environment: Readonly<Record<string, string>>,
    debug?: DebugOptions,
  ) {
    const { workerFolder, handler } = code;
    const { settings, nodeFlags, stderr, dispose } = debug
      ? withDebugger(code, debug)
      : plain(code);
    const pluginUrl = pathToFileURL(join(workerFolder, 'replay-plugin.js')).href;
    const allSettings: WorkerSettings = { ...settings, handler, pluginUrl };
    this.#child = fork(join(workerFolder, 'replay-worker.js'), [JSON.stringify(allSettings)], {
      execArgv: [...nodeFlags, '--no-warnings'],
      env: { ...environment, TZ: 'UTC' },
      stdio: ['ignore', 'ignore', stderr, 'ipc'],
    });
    this.#dispose = dispose;
    this.#child.on('message', ({ verdict, hasMissedStop }: ReplayResponse) => {
      this.hasMissedStop = hasMissedStop;
      this.#settle?.(verdict);
    });
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
    this.#child.kill('SIGKILL');
    this.#dispose();
  }
}

/** The process may read files, but neither write files nor start processes. */
function plain({ root, mapFolder }: ReplayCode): Launch {
  return {
    settings: { root, mapFolder },
    nodeFlags: ['--permission', '--allow-fs-read=*', '--stack-trace-limit=30'],
    stderr: 'ignore',
    dispose: () => undefined,
  };
}

/** Node does not combine a debugger with its permission model, so this process may write files. */
function withDebugger(code: ReplayCode, { port, until = '' }: DebugOptions): Launch {
  const copy = copyWithSourceMaps(code);
  return {
    settings: { root: copy, stopAt: until },
    nodeFlags: [`--inspect-wait=127.0.0.1:${port}`, '--enable-source-maps'],
    // Node prints the address of the debugger there.
    stderr: 'inherit',
    dispose: () => rmSync(copy, { recursive: true, force: true }),
  };
}

/** Replays one execution under a debugger. */
import { fork } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ReplayCode } from './code.ts';
import type { Recording } from './recording.ts';
import type { Verdict } from './verdict.ts';
import type { ReplayRequest, ReplayResponse, WorkerSettings } from './worker/messages.ts';

interface DebugOptions {
  /** Port of the debugger on loopback. */
  readonly port: number;
  /** Operation at whose start the code stops; the first if absent. */
  readonly until?: string | undefined;
  readonly assumed?: Readonly<Record<string, string>> | undefined;
}

/**
 * Starts a replay that waits for a debugger, and returns its verdict. The process has no network of its own apart from the debugger's port.
 * Unlike other replays it may write files: Node does not combine a debugger with its permission model.
 */
export async function debugReplay(
  code: ReplayCode,
  recording: Recording,
  { port, until = '', assumed }: DebugOptions,
): Promise<Verdict> {
  const copy = copyWithSourceMaps(code);
  const pluginUrl = pathToFileURL(join(code.workerFolder, 'replay-plugin.js')).href;
  const { handler } = code;
  const settings: WorkerSettings = { root: copy, handler, pluginUrl, stopAt: until };
  const child = fork(join(code.workerFolder, 'replay-worker.js'), [JSON.stringify(settings)], {
    execArgv: [`--inspect-wait=127.0.0.1:${port}`, '--enable-source-maps', '--no-warnings'],
    env: { ...recording.environment, TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    return await new Promise((resolve) => {
      child.on('message', ({ verdict }: ReplayResponse) => resolve(verdict));
      child.on('exit', (status) =>
        resolve({ verdict: 'broken', reason: `The process of the replay ended (exit ${status})` }),
      );
      const request: ReplayRequest = { recording, isThorough: false, assumed };
      child.send(request);
    });
  } finally {
    if (child.connected) child.disconnect();
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Copies the code and adds the comments through which a debugger finds the sources. */
function copyWithSourceMaps({ root, mapFolder }: ReplayCode): string {
  const copy = mkdtempSync(join(tmpdir(), 'orders-replay-'));
  cpSync(root, copy, { recursive: true });
  if (mapFolder === undefined) return copy;
  for (const file of globSync('**/*.mjs', { cwd: copy })) {
    const map = join(mapFolder, `${basename(file)}.map`);
    if (!existsSync(map)) continue;
    appendFileSync(join(copy, file), `\n//# sourceMappingURL=${pathToFileURL(map).href}\n`);
  }
  return copy;
}

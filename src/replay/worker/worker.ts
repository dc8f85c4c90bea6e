/** Entry point of a replay's process. It has no credentials and no network, and it may read files but not write them. */

import { loadHandler } from '../../local/lambda/node-runtime/load-handler.ts';
import { isRetry } from '../operation-state.ts';
import type { Verdict } from '../verdict.ts';
import type { Handler } from './drive.ts';
import { hooksKey, pluginHooks, respond, stopAtOperation } from './hooks.ts';
import { isolateNetwork, lambdaHost } from './isolation.ts';
import type { ReplayRequest, WorkerSettings } from './messages.ts';
import { replayExecution } from './replay-execution.ts';
import { setMapFolder } from './source-position.ts';
import { installVirtualTime } from './virtual-time.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as WorkerSettings;
Object.assign(process.env, {
  AWS_ENDPOINT_URL_LAMBDA: `http://${lambdaHost}`,
  AWS_ACCESS_KEY_ID: 'replay',
  AWS_SECRET_ACCESS_KEY: 'replay',
  AWS_REGION: 'us-east-2',
  DURABLE_EXECUTION_PLUGINS: settings.pluginUrl,
});
Object.assign(globalThis, { [hooksKey]: pluginHooks });
setMapFolder(settings.mapFolder);
stopAtOperation(settings.stopAt);
isolateNetwork(respond);
silence();
installVirtualTime();

/** The function's own output would mix with the verdicts. */
function silence(): void {
  for (const stream of [process.stdout, process.stderr]) stream.write = () => true;
}

/** Loads the handler for the first request; every request of this process runs in it. */
let loaded: Promise<Handler> | undefined;

function load(): Promise<Handler> {
  const { root, handler } = settings;
  loaded ??= loadHandler({ root, handler, nodeVersion: 24 }).then(({ run }) => run);
  return loaded;
}

const hourMs = 3_600_000;
const largestRandom = 0.999_999;

/** The first replay is at the recorded time. */
const firstPass = { clockShiftMs: 0, random: 0 };
/** Compares the longest delays of retries. */
const retryPass = { clockShiftMs: 0, random: largestRandom };
/** Find code that depends on the time of day, on a duration or on chance. */
const thoroughPasses = [
  { clockShiftMs: 12 * hourMs + 60_001, random: largestRandom },
  { clockShiftMs: 3 * hourMs + 7, random: 0 },
];

async function judge({ recording, isThorough, assumed }: ReplayRequest): Promise<Verdict> {
  try {
    const handler = await load();
    const verdict = await replayExecution(handler, recording, { ...firstPass, assumed });
    if (verdict.verdict === 'diverges' || verdict.verdict === 'broken') return verdict;
    const passes = [
      ...(recording.events.some(isRetry) ? [retryPass] : []),
      ...(isThorough ? thoroughPasses : []),
    ];
    for (const pass of passes) {
      const again = await replayExecution(handler, recording, { ...pass, assumed });
      if (again.verdict !== 'diverges') continue;
      return pass.clockShiftMs === 0 ? again : { ...again, dependsOnClock: true };
    }
    return verdict;
  } catch (error) {
    return { verdict: 'broken', reason: String(error) };
  }
}

process.on('message', (request: ReplayRequest) => {
  void judge(request).then((verdict) => process.send?.({ verdict }));
});
process.on('disconnect', () => process.exit(0));

/** Entry point of a replay's process. It has no credentials and no network, and it may read files but not write them. */

import { loadHandler } from '../../local/lambda/node-runtime/load-handler.ts';
import type { Verdict } from '../verdict.ts';
import type { Handler } from './drive.ts';
import { hasMissedStop, hooksKey, pluginHooks, respond, stopAtOperation } from './hooks.ts';
import { isolateNetwork, lambdaHost } from './isolation.ts';
import type { ReplayRequest, ReplayResponse, WorkerSettings } from './messages.ts';
import { clearPlaces, watchOperationIds } from './operation-places.ts';
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
watchOperationIds();
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
/** Compares the longest delays of retries that are longer than the shortest. */
const retryPass = { clockShiftMs: 0, random: largestRandom };
/** Find code that depends on the time of day, on a duration or on chance. */
const thoroughPasses = [
  { clockShiftMs: 12 * hourMs + 60_001, random: largestRandom },
  { clockShiftMs: 3 * hourMs + 7, random: 0 },
];

async function judge({ recording, isThorough, assumed }: ReplayRequest): Promise<Verdict> {
  clearPlaces();
  try {
    const handler = await load();
    const first = await replayExecution(handler, recording, { ...firstPass, assumed });
    const { verdict, hasOtherDelays } = first;
    if (verdict.verdict === 'diverges' || verdict.verdict === 'broken') return verdict;
    const passes = [...(hasOtherDelays ? [retryPass] : []), ...(isThorough ? thoroughPasses : [])];
    for (const pass of passes) {
      const { verdict: again } = await replayExecution(handler, recording, { ...pass, assumed });
      if (again.verdict !== 'diverges') continue;
      return pass.clockShiftMs === 0 ? again : { ...again, dependsOnClock: true };
    }
    return verdict;
  } catch (error) {
    return { verdict: 'broken', reason: String(error) };
  }
}

process.on('message', (request: ReplayRequest) => {
  void judge(request).then((verdict) => {
    const response: ReplayResponse = { verdict, hasMissedStop: hasMissedStop() };
    process.send?.(response);
  });
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches all processes of the command. The command ends this one. If it ended by itself, it would look like a failed replay.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);

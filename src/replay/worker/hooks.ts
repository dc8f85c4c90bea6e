/** Connects the SDK of the replayed function with the current invocation: through requests to Lambda, and through a plugin. */
import type { Operation } from '../operation-state.ts';
import type { Update } from './compare.ts';
import { noteActivity } from './drive.ts';
import type { ReplayedInvocation } from './invocation.ts';
import type { LocalRequest, LocalResponse } from './isolation.ts';
import { noteStart } from './operation-places.ts';

/** Calls of the plugin, which is loaded by the function and finds them under `hooksKey` of the global object. */
export interface PluginHooks {
  /** Called in the stack of the code that starts an operation. */
  started(id: string, name: string | undefined): void;
  /** Returns the recorded result of an attempt or throws its recorded error. Never settles for an attempt without one. */
  runAttempt(id: string, name: string | undefined): Promise<unknown>;
}

export const hooksKey = Symbol.for('orders.replay');

let current: ReplayedInvocation | undefined;
let stopAt: string | undefined;

/** Stops once in the debugger when the code starts this operation; an empty text stands for any operation. */
export function stopAtOperation(name: string | undefined): void {
  stopAt = name;
}

/** Returns whether the code has not started the operation at which it should stop. */
export function hasMissedStop(): boolean {
  return stopAt !== undefined;
}

/** Assigns the handler's further calls to an invocation. */
export function setCurrentInvocation(invocation: ReplayedInvocation): void {
  current = invocation;
}

export const pluginHooks: PluginHooks = {
  started(id, name) {
    noteActivity();
    noteStart(id);
    if (stopAt === undefined || (stopAt !== '' && stopAt !== name)) return;
    stopAt = undefined;
    // The code that starts the operation is further down in the debugger's list of calls.
    // biome-ignore lint/suspicious/noDebugger: this is where --inspect stops.
    debugger; // oxlint-disable-line no-debugger
  },
  runAttempt(id, name) {
    noteActivity();
    return current?.runAttempt(id, name) ?? new Promise(() => {});
  },
};

/** Serves the handler's requests to Lambda. A replay serves checkpoints only: the invocation event contains the whole state. */
export async function respond({ path, body }: LocalRequest): Promise<LocalResponse> {
  noteActivity();
  if (!/\/checkpoint(\?|$)/.test(path)) {
    return { status: 400, body: JSON.stringify({ message: `A replay does not serve ${path}` }) };
  }
  const { Updates = [] } = JSON.parse(body) as { Updates?: Update[] };
  const changed = (await current?.checkpoint(Updates)) ?? [];
  noteActivity();
  const Operations = changed.map(toApiTimes);
  const response = { CheckpointToken: 'replay', NewExecutionState: { Operations } };
  return { status: 200, body: JSON.stringify(response) };
}

/** Times are epoch ms in the invocation event, and epoch seconds in API responses. */
function toApiTimes(operation: Operation): object {
  const text = JSON.stringify(operation, (key, value: unknown) =>
    key.endsWith('Timestamp') ? Number(value) / 1000 : value,
  );
  return JSON.parse(text) as object;
}

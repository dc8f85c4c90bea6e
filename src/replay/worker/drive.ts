/** Runs a handler until it returns, or until it waits for something that will not happen. */

export type Handler = (event: unknown, context: object) => unknown;

export interface HandlerOutput {
  readonly Status?: string;
  readonly Result?: string;
  readonly Error?: { readonly ErrorType?: string; readonly ErrorMessage?: string };
}

/** Maximum number of timers that fire in one invocation. The SDK polls operations while other branches run. */
const maxTimers = 500;
/** Turns of the event loop without activity after which a handler counts as idle. */
const quietTurns = 12;

let activity = 0;

/** Reports that the handler does something. */
export function noteActivity(): void {
  activity += 1;
}

/** Waits until only timers are left to do. Code that is being loaded from the disk counts as activity. */
async function settle(): Promise<void> {
  let seen = -1;
  for (let quiet = 0; quiet < quietTurns; ) {
    const isReading = process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'));
    quiet = seen === activity && !isReading ? quiet + 1 : 0;
    seen = activity;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const context = { awsRequestId: 'replay', getRemainingTimeInMillis: () => 900_000 };

/**
 * Returns the handler's output; undefined if it waits. Throws the error of the handler. `passTime` is called whenever the handler is idle;
 * it lets something happen and returns true, or returns false to end the run.
 */
export async function drive(
  handler: Handler,
  event: object,
  passTime: () => boolean,
): Promise<HandlerOutput | undefined> {
  let settled: { readonly output?: HandlerOutput; readonly error?: unknown } | undefined;
  Promise.resolve(handler(event, context)).then(
    (output) => {
      settled = { output: output as HandlerOutput };
    },
    (error: unknown) => {
      settled = { error };
    },
  );
  for (let timers = 0; timers < maxTimers; timers += 1) {
    await settle();
    if (settled || !passTime()) break;
  }
  if (settled && 'error' in settled) throw settled.error;
  return settled?.output;
}

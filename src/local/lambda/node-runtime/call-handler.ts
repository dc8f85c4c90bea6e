import type { HandlerFunction, LoadedHandler } from './load-handler.ts';
import { collectStream } from './response-stream.ts';

/** Runs one invocation of a handler. Returns the response as JSON text, or the text of a streamed response. */
export async function callHandler(
  { run, style }: LoadedHandler,
  event: unknown,
  context: Readonly<Record<string, unknown>>,
): Promise<string> {
  if (style === 'streaming') return collectStream(run, event, context);
  const result =
    style === 'promise' ? await run(event, context) : await callWithCallback(run, event, context);
  return stringify(result);
}

function stringify(result: unknown): string {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch {
    throw new Error('Unable to stringify response body');
  }
}

/**
 * Runs a handler that may use a callback or `context.done`, `succeed` and `fail`. A handler that returns neither a promise nor a
 * response ends with null once the event loop is empty. Source: aws-lambda-ric 3.3.
 */
function callWithCallback(
  run: HandlerFunction,
  event: unknown,
  base: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let isSettled = false;
    const settle = (error: unknown, result: unknown) => {
      if (isSettled) return;
      isSettled = true;
      const finish = () => (hasError(error) ? reject(error) : resolve(result));
      if (context.callbackWaitsForEmptyEventLoop) whenLoopIsEmpty(finish);
      else setImmediate(finish);
    };
    const settleNow = (error: unknown, result?: unknown) => {
      context.callbackWaitsForEmptyEventLoop = false;
      settle(error, result);
    };
    const context = {
      ...base,
      callbackWaitsForEmptyEventLoop: true,
      done: settleNow,
      succeed: (result: unknown) => settleNow(null, result),
      fail: (error: unknown) => settleNow(error ?? 'handled'),
    };
    const returned = run(event, context, settle);
    if (isThenable(returned)) {
      returned.then(
        (result) => settleNow(null, result),
        (error) => settleNow(error ?? 'handled'),
      );
    } else {
      whenLoopIsEmpty(() => settleNow(null, null));
    }
  });
}

function hasError(error: unknown): boolean {
  return error !== null && error !== undefined;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}

/** Calls `action` once nothing but the channel to the local runtime keeps the process running. */
function whenLoopIsEmpty(action: () => void): void {
  process.channel?.unref();
  process.once('beforeExit', () => {
    process.channel?.ref();
    action();
    // Work that the action queued runs before Node checks the loop again.
    setImmediate(() => {});
  });
}

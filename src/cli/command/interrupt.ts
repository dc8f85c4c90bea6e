import { trustedStream } from '../terminal/output-guard.ts';

export interface InterruptListener {
  /** Aborted by Ctrl-C, SIGTERM, the timeout or `abort`. */
  readonly signal: AbortSignal;
  /** Stops the command because the reader of its output is gone. */
  readonly abort: () => void;
  /** Removes the listeners and the timer. */
  readonly release: () => void;
}

/**
 * Returns a signal that the first Ctrl-C, a SIGTERM or the timeout aborts. A second interrupt ends the process at once.
 * Remote work continues in either case. If `onFirstInterrupt` returns true, it has handled the first Ctrl-C, and the
 * signal is not aborted.
 */
export function listenForInterrupt(
  timeoutMs: number | undefined,
  onFirstInterrupt: () => boolean = () => false,
): InterruptListener {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) exitNow(name);
    if (name === 'SIGINT' && onFirstInterrupt()) return;
    controller.abort(name);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const timer =
    timeoutMs === undefined ? undefined : setTimeout(abortOnTimeout, timeoutMs, controller);
  const release = () => {
    clearTimeout(timer);
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  return { signal: controller.signal, abort: () => controller.abort('EPIPE'), release };
}

function abortOnTimeout(controller: AbortController): void {
  controller.abort(new DOMException('--timeout reached', 'TimeoutError'));
}

/** Returns the exit code for the reason of an abort: 0 if nothing was aborted or the reader of the output is gone. */
export function interruptExitCode({ aborted, reason }: AbortSignal): 0 | 124 | 130 | 143 {
  if (!aborted || reason === 'EPIPE') return 0;
  if (reason instanceof Error) return 124;
  return reason === 'SIGTERM' ? 143 : 130;
}

/** Ends the process at once. Shows the cursor again, which a live view hides. */
function exitNow(name: NodeJS.Signals): never {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.isTTY) trustedStream(stream).write('\u001b[?25h');
  }
  process.exit(name === 'SIGTERM' ? 143 : 130);
}

export interface Interruptible {
  readonly signal: AbortSignal;
  readonly abort: () => void;
  readonly release: () => void;
}

/**
 * Ctrl-C stops looking; what runs remotely goes on. The next one ends the program at once. Where `first` answers that there was something
 * else to stop, that is what the first one does.
 */
export function interruptible(
  timeoutMs: number | undefined,
  first: () => boolean = () => false,
): Interruptible {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) leave(name);
    if (name === 'SIGINT' && first()) return;
    controller.abort(name);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const timer = timeoutMs === undefined ? undefined : setTimeout(expire, timeoutMs, controller);
  const release = () => {
    clearTimeout(timer);
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  return { signal: controller.signal, abort: () => controller.abort('EPIPE'), release };
}

function expire(controller: AbortController): void {
  controller.abort(new DOMException('--timeout is reached', 'TimeoutError'));
}

/** The exit code of a look that `signal` stopped; 0 when it went on to its end, or its reader went away. */
export function exitOfLook({ aborted, reason }: AbortSignal): 0 | 124 | 130 | 143 {
  if (!aborted || reason === 'EPIPE') return 0;
  if (reason instanceof Error) return 124;
  return reason === 'SIGTERM' ? 143 : 130;
}

/** At once, and with the cursor that a live view has hidden. */
function leave(name: NodeJS.Signals): never {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.isTTY) stream.write('\u001b[?25h');
  }
  process.exit(name === 'SIGTERM' ? 143 : 130);
}

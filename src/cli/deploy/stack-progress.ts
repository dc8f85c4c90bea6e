/** Shows the progress of a stack operation on stderr. The command prints the result. */
import { canContinue, type DeployEvent } from '../../deploy/events.ts';
import { listenForInterrupt } from '../command/interrupt.ts';
import { formatDuration } from '../terminal/format-time.ts';
import { dim, mark, type Ui } from '../terminal/terminal.ts';

export interface StackProgressOptions<Result> {
  readonly ui: Ui;
  readonly timeoutMs: number | undefined;
  /** The command that shows the progress again. */
  readonly again: string;
  /** Summary of the result in one or two words. */
  readonly done: (result: Result) => string;
}

const heartbeatMs = 60_000;

/** Shows a stack operation until it ends and returns its result; undefined if the user or `--timeout` stopped the wait. */
export async function showStackOperation<Result extends { readonly durationMs: number }>(
  events: AsyncGenerator<DeployEvent, Result>,
  { ui, timeoutMs, again, done }: StackProgressOptions<Result>,
): Promise<Result | undefined> {
  const write = (text: string) => void (ui === 'quiet' || process.stderr.write(`${text}\n`));
  const { signal, release } = listenForInterrupt(timeoutMs);
  const stopped = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  let lastStage = '';
  const heartbeat = setInterval(() => write(`${new Date().toISOString()} heartbeat`), heartbeatMs);
  try {
    for (;;) {
      const next = await Promise.race([events.next(), stopped]);
      if (!next) return detach(signal, again);
      if (next.done) {
        const duration = formatDuration(next.value.durationMs);
        write(`${mark('done')} ${done(next.value)} (${duration})`);
        return next.value;
      }
      write(ui === 'live' ? formatLiveEvent(next.value) : formatPlainEvent(next.value));
      if (next.value.type === 'stage') lastStage = `${next.value.stage} (${next.value.detail})`;
    }
  } catch (error) {
    if (lastStage && canContinue(error)) {
      write(`Last stage: ${lastStage}. The same command continues from there.`);
    }
    throw error;
  } finally {
    clearInterval(heartbeat);
    release();
  }
}

function detach(signal: AbortSignal, again: string): undefined {
  const isTimeout = signal.reason instanceof Error;
  process.exitCode = isTimeout ? 124 : signal.reason === 'SIGTERM' ? 143 : 130;
  const reason = isTimeout ? 'Timed out' : 'Detached';
  process.stderr.write(`${reason}; CloudFormation continues. To show its progress: ${again}\n`);
}

/** Returns a deployment event as a timestamped line. */
function formatPlainEvent(event: DeployEvent): string {
  if (event.type === 'stage') return `${event.ts} ${event.stage} ${event.detail}`;
  const reason = event.reason ? ` reason=${JSON.stringify(event.reason)}` : '';
  const duration =
    event.durationMs === undefined ? '' : ` took=${formatDuration(event.durationMs)}`;
  return `${event.ts} ${event.logicalId} ${event.status} type=${event.resourceType}${duration}${reason}`;
}

/** Returns a deployment event as a line for an interactive terminal. */
function formatLiveEvent(event: DeployEvent): string {
  if (event.type === 'stage') return `${mark('done')} ${event.stage.padEnd(9)} ${event.detail}`;
  const { status, logicalId, reason, durationMs } = event;
  const duration = durationMs === undefined ? '' : dim(`  ${formatDuration(durationMs)}`);
  const glyph = status.endsWith('_FAILED') ? mark('failed') : dim('·');
  return `  ${glyph} ${logicalId.padEnd(36)} ${status}${duration}${reason ? dim(`  ${reason}`) : ''}`;
}

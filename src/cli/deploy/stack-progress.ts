/** Shows on stderr what goes on with a stack; the result is for the command to print. */
import type { DeployEvent } from '../../deploy/events.ts';
import { interruptible } from '../command/interrupt.ts';
import { formatDuration } from '../terminal/format-time.ts';
import { dim, mark, type Ui } from '../terminal/terminal.ts';

export interface StackView<Result> {
  readonly ui: Ui;
  readonly timeoutMs: number | undefined;
  /** The command that looks again. */
  readonly again: string;
  /** What the result is, in a word or two. */
  readonly done: (result: Result) => string;
}

const heartbeatMs = 60_000;

/** Shows work on a stack to its end; `undefined` when the person or `--timeout` stopped looking at it. */
export async function showStackWork<Result extends { readonly durationMs: number }>(
  events: AsyncGenerator<DeployEvent, Result>,
  { ui, timeoutMs, again, done }: StackView<Result>,
): Promise<Result | undefined> {
  const write = (text: string) => void (ui === 'quiet' || process.stderr.write(`${text}\n`));
  const { signal, release } = interruptible(timeoutMs);
  const stopped = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  let stood = '';
  const beat = setInterval(() => write(`${new Date().toISOString()} heartbeat`), heartbeatMs);
  try {
    for (;;) {
      const next = await Promise.race([events.next(), stopped]);
      if (!next) return detach(signal, again);
      if (next.done) {
        const took = formatDuration(next.value.durationMs);
        write(`${mark('done')} ${done(next.value)} (${took})`);
        return next.value;
      }
      write(ui === 'live' ? liveLine(next.value) : plainLine(next.value));
      if (next.value.type === 'stage') stood = `${next.value.stage} (${next.value.detail})`;
    }
  } catch (error) {
    if (stood) write(`It got as far as: ${stood}. The same command goes on from there.`);
    throw error;
  } finally {
    clearInterval(beat);
    release();
  }
}

function detach(signal: AbortSignal, again: string): undefined {
  const late = signal.reason instanceof Error;
  process.exitCode = late ? 124 : signal.reason === 'SIGTERM' ? 143 : 130;
  const why = late ? '--timeout is reached' : 'Detached';
  process.stderr.write(`${why}; what CloudFormation has begun goes on. Look again: ${again}\n`);
}

/** One deployment event as a timestamped line. */
function plainLine(event: DeployEvent): string {
  if (event.type === 'stage') return `${event.ts} ${event.stage} ${event.detail}`;
  const reason = event.reason ? ` reason=${JSON.stringify(event.reason)}` : '';
  const took = event.durationMs === undefined ? '' : ` took=${formatDuration(event.durationMs)}`;
  return `${event.ts} ${event.logicalId} ${event.status} type=${event.resourceType}${took}${reason}`;
}

/** The same for a person at a terminal. */
function liveLine(event: DeployEvent): string {
  if (event.type === 'stage') return `${mark('done')} ${event.stage.padEnd(9)} ${event.detail}`;
  const { status, logicalId, reason, durationMs } = event;
  const took = durationMs === undefined ? '' : dim(`  ${formatDuration(durationMs)}`);
  const sign = status.endsWith('_FAILED') ? mark('failed') : dim('·');
  return `  ${sign} ${logicalId.padEnd(36)} ${status}${took}${reason ? dim(`  ${reason}`) : ''}`;
}

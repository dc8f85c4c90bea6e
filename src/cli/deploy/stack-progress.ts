/** Shows the progress of a stack operation on stderr. The command prints the result. */
import { stripVTControlCharacters } from 'node:util';
import type { CanaryEvent } from '../../deploy/canary/bake.ts';
import { canContinue, type DeployEvent } from '../../deploy/events.ts';
import { listenForInterrupt } from '../command/interrupt.ts';
import { formatDuration } from '../terminal/format-time.ts';
import { applyStyle } from '../terminal/output-guard.ts';
import { clip, displayWidth } from '../terminal/table.ts';
import { dim, mark, type Ui } from '../terminal/terminal.ts';
import { wrapWords } from '../terminal/wrap.ts';
import { formatCanaryProgress } from './canary-text.ts';

export interface StackProgressOptions<Result> {
  readonly ui: Ui;
  readonly timeoutMs: number | undefined;
  /** The command that shows the progress again. */
  readonly again: string;
  /** The operation that continues after the user stopped the wait. */
  readonly continues?: string;
  /** Called with each event. */
  readonly onEvent?: (event: ProgressEvent) => void;
  /** Summary of the result in one or two words. */
  readonly done: (result: Result) => string;
}

type ProgressEvent = DeployEvent | CanaryEvent;

const heartbeatMs = 60_000;

/** Shows a stack operation until it ends and returns its result; undefined if the user or `--timeout` stopped the wait. */
export async function showStackOperation<Result extends { readonly durationMs: number }>(
  events: AsyncGenerator<ProgressEvent, Result>,
  options: StackProgressOptions<Result>,
): Promise<Result | undefined> {
  const { ui, timeoutMs, done } = options;
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
      if (!next) return detach(signal, options);
      if (next.done) {
        const duration = formatDuration(next.value.durationMs);
        write(`${mark('done')} ${done(next.value)} (${duration})`);
        return next.value;
      }
      options.onEvent?.(next.value);
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

function detach(
  signal: AbortSignal,
  { again, continues = 'CloudFormation continues' }: { again: string; continues?: string },
): undefined {
  const isTimeout = signal.reason instanceof Error;
  process.exitCode = isTimeout ? 124 : signal.reason === 'SIGTERM' ? 143 : 130;
  const reason = isTimeout ? 'Timed out' : 'Detached';
  process.stderr.write(`${reason}; ${continues}. To show its progress: ${again}\n`);
}

/** Returns a deployment event as a timestamped line. */
function formatPlainEvent(event: ProgressEvent): string {
  if (event.type === 'canary') return `${event.ts} canary ${formatCanaryProgress(event)}`;
  if (event.type === 'stage') return `${event.ts} ${event.stage} ${event.detail}`;
  const reason = event.reason ? ` reason=${JSON.stringify(event.reason)}` : '';
  const duration =
    event.durationMs === undefined ? '' : ` took=${formatDuration(event.durationMs)}`;
  return `${event.ts} ${event.logicalId} ${event.status} type=${event.resourceType}${duration}${reason}`;
}

const marks = { red: 'failed', yellow: 'note', green: 'done' } as const;

/** Returns the color of a status of a resource: failed red, undone yellow, complete green, in progress dim. */
function stackStatusStyle(status: string): keyof typeof marks | 'dim' {
  if (status.endsWith('_FAILED')) return 'red';
  if (status.includes('ROLLBACK')) return 'yellow';
  return status.endsWith('_COMPLETE') ? 'green' : 'dim';
}

/** Width of the names of the stages (columns). */
const stageWidth = 9;
/** Indentation of the reason for a status of a resource (columns). */
const reasonIndent = 6;

/** Returns a deployment event as lines for an interactive terminal. */
function formatLiveEvent(event: ProgressEvent): string {
  if (event.type === 'canary') return `  ${dim('·')} ${formatCanaryProgress(event)}`;
  const columns = process.stderr.columns || Number.POSITIVE_INFINITY;
  if (event.type === 'stage') {
    const indent = stageWidth + 3;
    const detail = wrapWords(event.detail, columns - indent).join(`\n${' '.repeat(indent)}`);
    return `${mark('done')} ${event.stage.padEnd(stageWidth)} ${detail}`;
  }
  const { status, logicalId, reason, durationMs } = event;
  const duration = durationMs === undefined ? '' : `  ${formatDuration(durationMs)}`;
  const style = stackStatusStyle(status);
  const glyph = style === 'dim' ? dim('·') : mark(marks[style]);
  const shown = applyStyle(style, status, process.stderr);
  const line = `  ${glyph} ${logicalId.padEnd(36)} ${shown}${dim(duration)}`;
  if (!reason) return line;
  if (style === 'dim') {
    const left = columns - displayWidth(stripVTControlCharacters(line));
    return left > 3 ? `${line}${dim(clip(`  ${reason}`, left))}` : line;
  }
  const start = `\n${' '.repeat(reasonIndent)}`;
  return `${line}${start}${wrapWords(reason, columns - reasonIndent).join(start)}`;
}

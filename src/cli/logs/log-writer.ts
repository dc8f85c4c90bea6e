import { setTimeout as sleep } from 'node:timers/promises';
import type { LogEntry } from '../../orders/logs/entry.ts';
import type { LogItem } from '../../orders/logs/read.ts';
import { ReplayFilter } from '../../orders/logs/replay-filter.ts';
import { formatRecord } from '../command/json-output.ts';
import { dim, mark, type Ui } from '../terminal/terminal.ts';
import { formatJsonLine, formatPlainLine, formatTerminalLine } from './log-lines.ts';

export const replayModes = ['show', 'mark', 'hide'] as const;

export interface LogOutputFlags {
  readonly replays: (typeof replayModes)[number];
  readonly raw: boolean;
  readonly json: boolean;
}

/** Maximum number of lines per write. */
const linesPerWrite = 500;
/** Pause after the first line, in which a reader such as `head -1` closes the pipe (ms). */
const readerExitMs = 20;

/** Writes log entries to stdout in the requested format. Hides or marks lines that a replay has logged again. */
export class LogWriter {
  readonly #flags: LogOutputFlags;
  readonly #format: (entry: LogEntry, replay: boolean) => string;
  readonly #replays = new ReplayFilter();
  #hidden: { count: number; entry: LogEntry } | undefined;
  #lines = 0;

  constructor(flags: LogOutputFlags, { ui, withOrder }: { ui: Ui; withOrder: boolean }) {
    this.#flags = flags;
    const stream = process.stdout;
    const formatText = (entry: LogEntry) =>
      ui === 'live' ? formatTerminalLine(entry, { stream, withOrder }) : formatPlainLine(entry);
    if (flags.json) this.#format = formatJsonLine;
    else if (flags.raw) this.#format = ({ message }) => `${message.trimEnd()}\n`;
    else
      this.#format = (entry, isReplay) =>
        isReplay ? dim(`↻ ${formatText(entry)}`, stream) : formatText(entry);
  }

  async write(items: readonly LogItem[], signal?: AbortSignal): Promise<void> {
    const lines = items.flatMap((item) => this.#formatItem(item));
    // The first line is written alone, so that a reader that needs only one is noticed before the next write.
    const firstSize = signal && !process.stdout.isTTY ? 1 : linesPerWrite;
    for (
      let from = 0, size = firstSize;
      from < lines.length && !signal?.aborted;
      from += size, size = linesPerWrite
    ) {
      if (from > 0 && from === firstSize && signal)
        await sleep(readerExitMs, undefined, { signal }).catch(() => {});
      await writeAndDrain(lines.slice(from, from + size).join(''), signal);
    }
  }

  /** Ends the output with the number of hidden lines, the `end` record, or a note that nothing matched. */
  end(exitCode: number): void {
    process.stdout.write(this.#formatHiddenLines());
    if (this.#flags.json)
      process.stdout.write(formatRecord({ type: 'end', lines: this.#lines, exitCode }));
    else if (this.#lines === 0 && exitCode === 0) process.stderr.write('No log lines match.\n');
  }

  #formatItem(item: LogItem): string[] {
    if ('gap' in item) return this.#reportGap(item.gap);
    const isReplay = this.#flags.replays !== 'show' && this.#replays.isReplay(item);
    if (isReplay && this.#flags.replays === 'hide') {
      this.#hidden = { count: (this.#hidden?.count ?? 0) + 1, entry: item };
      return [];
    }
    this.#lines += 1;
    const text = this.#format(item, isReplay);
    return this.#hidden ? [this.#formatHiddenLines(), text] : [text];
  }

  #formatHiddenLines(): string {
    if (!this.#hidden) return '';
    const { count, entry } = this.#hidden;
    this.#hidden = undefined;
    if (this.#flags.json || this.#flags.raw) return '';
    const lines = `${count} replayed ${count === 1 ? 'line' : 'lines'} hidden`;
    const order = entry.orderId ? ` (${entry.orderId})` : '';
    return dim(`${' '.repeat(13)}⋯ ${lines}${order}: --replays show\n`, process.stdout);
  }

  #reportGap(reason: string): string[] {
    if (this.#flags.json)
      return [formatRecord({ type: 'gap', ts: new Date().toISOString(), reason })];
    process.stderr.write(`${mark('note')} ${reason}\n`);
    return [];
  }
}

/** Writes to stdout. Resolves when a slow reader has caught up, or when `signal` reports that the reader is gone. */
function writeAndDrain(text: string, signal: AbortSignal | undefined): Promise<void> {
  if (process.stdout.write(text)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      process.stdout.off('drain', done);
      process.stdout.off('close', done);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    process.stdout.on('drain', done);
    process.stdout.on('close', done);
    signal?.addEventListener('abort', done);
  });
}

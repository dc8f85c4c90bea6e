import { setTimeout as sleep } from 'node:timers/promises';
import type { LogEntry } from '../../orders/logs/entry.ts';
import type { LogItem } from '../../orders/logs/read.ts';
import { Replays } from '../../orders/logs/replays.ts';
import { line } from '../command/json-output.ts';
import { dim, mark, type Ui } from '../terminal/terminal.ts';
import { jsonLine, plainLine, prettyLine } from './log-lines.ts';

export const replayModes = ['show', 'mark', 'hide'] as const;

export interface LogForm {
  readonly replays: (typeof replayModes)[number];
  readonly raw: boolean;
  readonly json: boolean;
}

/** Lines that are written at once. */
const chunk = 500;
/** A reader that needs one line only is gone by then. */
const readerMs = 20;

/** Writes entries in the form that was asked for, with repeated ones folded. */
export class LogWriter {
  readonly #flags: LogForm;
  readonly #format: (entry: LogEntry, replay: boolean) => string;
  readonly #replays = new Replays();
  #hidden: { count: number; entry: LogEntry } | undefined;
  #lines = 0;

  constructor(flags: LogForm, { ui, withOrder }: { ui: Ui; withOrder: boolean }) {
    this.#flags = flags;
    const stream = process.stdout;
    const text = (entry: LogEntry) =>
      ui === 'live' ? prettyLine(entry, { stream, withOrder }) : plainLine(entry);
    this.#format = flags.json
      ? jsonLine
      : flags.raw
        ? ({ message }) => `${message.trimEnd()}\n`
        : (entry, replay) => (replay ? dim(`↻ ${text(entry)}`, stream) : text(entry));
  }

  async write(items: readonly LogItem[], signal?: AbortSignal): Promise<void> {
    const lines = items.flatMap((item) => this.#linesOf(item));
    // Written apart, so that a reader that has had enough is noticed at the next one.
    const alone = signal && !process.stdout.isTTY ? 1 : chunk;
    for (
      let from = 0, size = alone;
      from < lines.length && !signal?.aborted;
      from += size, size = chunk
    ) {
      if (from > 0 && from === alone && signal)
        await sleep(readerMs, undefined, { signal }).catch(() => {});
      await flushed(lines.slice(from, from + size).join(''), signal);
    }
  }

  end(exitCode: number): void {
    process.stdout.write(this.#foldLine());
    if (this.#flags.json) process.stdout.write(line({ type: 'end', lines: this.#lines, exitCode }));
    else if (this.#lines === 0 && exitCode === 0) process.stderr.write('No log lines match.\n');
  }

  #linesOf(item: LogItem): string[] {
    if ('gap' in item) return this.#gap(item.gap);
    const replay = this.#flags.replays !== 'show' && this.#replays.has(item);
    if (replay && this.#flags.replays === 'hide') {
      this.#hidden = { count: (this.#hidden?.count ?? 0) + 1, entry: item };
      return [];
    }
    this.#lines += 1;
    const text = this.#format(item, replay);
    return this.#hidden ? [this.#foldLine(), text] : [text];
  }

  #foldLine(): string {
    if (!this.#hidden) return '';
    const { count, entry } = this.#hidden;
    this.#hidden = undefined;
    if (this.#flags.json || this.#flags.raw) return '';
    const what = `${count} ${count === 1 ? 'line' : 'lines'} of a replay hidden`;
    return dim(
      `${' '.repeat(13)}⋯ ${what}${entry.orderId ? ` (${entry.orderId})` : ''}: --replays show\n`,
      process.stdout,
    );
  }

  #gap(reason: string): string[] {
    if (this.#flags.json) return [line({ type: 'gap', ts: new Date().toISOString(), reason })];
    process.stderr.write(`${mark('note')} ${reason}\n`);
    return [];
  }
}

/** Waits for a reader that is slower, unless `signal` says that it is gone. */
function flushed(text: string, signal: AbortSignal | undefined): Promise<void> {
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

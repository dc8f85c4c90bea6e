/** Shows on stderr how many executions are read and replayed, and how long the rest takes. */
import { formatCompactDuration, formatDuration } from '../terminal/format-time.ts';
import { trustedStream } from '../terminal/output-guard.ts';
import { dim, type Ui } from '../terminal/terminal.ts';

interface ProgressOptions {
  /** Number of executions. */
  readonly total: number;
  /** Maximum number of histories that are read per second; absent for stored recordings. */
  readonly readRate?: number | undefined;
  readonly ui: Ui;
}

const liveIntervalMs = 200;
const plainIntervalMs = 5000;
/** Replays after which their speed is known well enough. */
const minSample = 10;
const eraseLine = '\r\u001b[2K';

export class ReplayProgress {
  readonly #options: ProgressOptions;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout | undefined;
  #read = 0;
  #replayed = 0;
  #isShown = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
    if (options.ui === 'quiet') return;
    const intervalMs = options.ui === 'live' ? liveIntervalMs : plainIntervalMs;
    this.#timer = setInterval(() => this.#show(), intervalMs);
  }

  countRead(): void {
    this.#read += 1;
  }

  countReplayed(): void {
    this.#replayed += 1;
  }

  /** Removes the line of a live view, so that other output can follow. */
  clear(): void {
    if (!this.#isShown) return;
    trustedStream(process.stderr).write(eraseLine);
    this.#isShown = false;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  #show(): void {
    const { total, ui } = this.#options;
    const leftMs = this.#estimateLeft();
    if (ui === 'plain') {
      const left = leftMs === undefined ? '' : ` left=${formatCompactDuration(leftMs)}`;
      const counts = `read=${this.#read}/${total} replayed=${this.#replayed}/${total}`;
      process.stderr.write(`${new Date().toISOString()} replay ${counts}${left}\n`);
      return;
    }
    const left = leftMs === undefined ? '' : ` · ${formatDuration(leftMs)} left`;
    const text = `${this.#replayed} of ${total} replayed · ${this.#read} read${left}`;
    trustedStream(process.stderr).write(`${eraseLine}${dim(text)}`);
    this.#isShown = true;
  }

  /** Returns the remaining time (ms): from the speed so far, but at least the time that the rest of the histories takes to read. */
  #estimateLeft(): number | undefined {
    const { total, readRate } = this.#options;
    const readMs = readRate === undefined ? 0 : ((total - this.#read) / readRate) * 1000;
    if (this.#replayed < minSample) return readRate === undefined ? undefined : readMs;
    const perReplayMs = (performance.now() - this.#startedAt) / this.#replayed;
    return Math.max((total - this.#replayed) * perReplayMs, readMs);
  }
}

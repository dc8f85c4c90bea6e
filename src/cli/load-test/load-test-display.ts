import type { LoadOptions } from '../../orders/load-test/load-options.ts';
import type { LoadProgress } from '../../orders/load-test/load-progress.ts';
import { estimateDrainMs, progressFigures } from '../../orders/load-test/progress-figures.ts';
import { formatDuration } from '../terminal/format-time.ts';
import { mark, type Ui } from '../terminal/terminal.ts';
import { LoadHistory } from './progress-chart.ts';
import type { ProgressSnapshot } from './progress-view.ts';

/** State of the display of a running load test. Handles the first Ctrl-C. */
export class LoadTestDisplay {
  readonly #stop = new AbortController();
  readonly #history = new LoadHistory();
  readonly #hasFixedCount: boolean;
  #last: ProgressSnapshot | undefined;

  constructor({ count }: Pick<LoadOptions, 'count'>) {
    this.#hasFixedCount = count !== undefined;
  }

  /** Aborts when the submission should stop. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** Whether an order was accepted. */
  get hasStarted(): boolean {
    const { submitted = 0, errors = 0 } = this.#last?.figures ?? {};
    return submitted > errors;
  }

  /** Adds a progress report and returns the snapshot to show. */
  update(progress: LoadProgress): ProgressSnapshot {
    const figures = progressFigures(progress, Date.now());
    this.#history.add(figures);
    const { phase, submitted, planned } = figures;
    const allSubmitted = this.#hasFixedCount
      ? submitted === planned
      : /^(draining|judging)$/.test(phase);
    this.#last = {
      progress,
      figures,
      history: this.#history,
      canStop: !allSubmitted,
      stopped: this.stop.aborted,
    };
    return this.#last;
  }

  /** Stops the submission of orders. Returns false if all orders are submitted or the submission was stopped before. */
  stopSubmitting(ui: Ui): boolean {
    if (this.stop.aborted || !this.#last?.canStop) return false;
    this.#stop.abort();
    if (ui === 'plain') process.stderr.write(`${mark('note')} ${this.#formatStop()}\n`);
    return true;
  }

  #formatStop(): string {
    const { progress, figures } = this.#last ?? {};
    const remainingMs = progress && estimateDrainMs(progress, Date.now());
    const duration = remainingMs === undefined ? '' : `, about ${formatDuration(remainingMs)}`;
    const waiting = `waiting for ${figures?.running ?? 0} running orders${duration}`;
    return `No more orders are submitted; ${waiting} (Ctrl-C again: partial report)`;
  }
}

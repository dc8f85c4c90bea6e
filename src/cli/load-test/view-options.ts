import type { Mix } from '../../orders/load-test/mix.ts';

export interface LoadHeading {
  readonly label: string;
  /** Number of orders. If absent, orders are submitted during `durationMs`. */
  readonly count?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly file?: readonly unknown[] | undefined;
  readonly concurrency: number;
  readonly rate?: number | undefined;
  readonly mix: Mix;
  readonly seed: number;
}

export interface ProgressViewOptions extends LoadHeading {
  readonly stream: NodeJS.WriteStream;
  readonly columns?: number;
  /** Available terminal rows; absent for the final view that remains on screen. */
  readonly rows?: number;
  readonly timeScale: number;
  readonly now: number;
}

import type { Mix } from '../../orders/load-test/mix.ts';

export interface LoadHeading {
  readonly label: string;
  /** Absent: as many as are sent within `durationMs`. */
  readonly count?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly file?: readonly unknown[] | undefined;
  readonly concurrency: number;
  readonly rate?: number | undefined;
  readonly mix: Mix;
  readonly seed: number;
}

export interface ProgressView extends LoadHeading {
  readonly stream: NodeJS.WriteStream;
  readonly columns?: number;
  /** Terminal rows that may be taken; absent for what remains on screen. */
  readonly rows?: number;
  readonly timeScale: number;
  readonly now: number;
}

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { LoadReport } from '../../orders/load-test/report-types.ts';
import { renderLoadTestPage } from '../report-page/page.ts';

/** Paths of the report files, relative to the working directory. */
export interface ReportFiles {
  readonly html: string;
  readonly json: string;
}

/** Minimum time between two partial reports (ms). */
const minIntervalMs = 5000;
/** Minimum time between two partial reports, as a multiple of the time to write one: no order is submitted during a write. */
const minIdleFactor = 400;

/** Writes the report of a load test to `.orders/runs`. Partial reports during the test survive if the process is killed. */
export class ReportWriter {
  readonly #folder: string;
  readonly #label: string;
  #nextAt = 0;

  constructor(root: string, label: string) {
    this.#folder = join(root, '.orders', 'runs');
    this.#label = label;
  }

  /** Writes a partial report if the previous one is old enough. */
  writeIfDue(buildReport: () => LoadReport): void {
    const start = performance.now();
    if (start < this.#nextAt) return;
    this.write(buildReport());
    const durationMs = performance.now() - start;
    this.#nextAt = performance.now() + Math.max(minIntervalMs, durationMs * minIdleFactor);
  }

  /** Writes a report over the previous one. Returns the paths. */
  write(report: LoadReport): ReportFiles {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const name = `${report.startedAt.replaceAll(/[:.]/g, '-')}-${report.seed}`;
    return {
      html: this.#write(`${name}.html`, renderLoadTestPage(report, this.#label)),
      json: this.#write(`${name}.json`, `${JSON.stringify(report, null, 2)}\n`),
    };
  }

  #write(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    // Atomic: if the process is killed, the previous file remains complete.
    renameSync(`${path}.new`, path);
    return relative(process.cwd(), path);
  }
}

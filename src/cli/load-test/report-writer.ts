import { join, relative } from 'node:path';
import { writePrivateFile } from '../../environment/private-files.ts';
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
    const name = `${report.startedAt.replaceAll(/[:.]/g, '-')}-${report.seed}`;
    return {
      html: this.#write(`${name}.html`, renderLoadTestPage(report, this.#label)),
      json: this.#write(`${name}.json`, `${JSON.stringify(report, null, 2)}\n`),
    };
  }

  #write(name: string, text: string): string {
    const path = join(this.#folder, name);
    writePrivateFile(path, text);
    return relative(process.cwd(), path);
  }
}

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { LoadReport } from '../../orders/load-test/report-types.ts';
import { loadPage } from '../report-page/page.ts';

/** A report as a page and as JSON: paths as seen from the working directory. */
export interface KeptFiles {
  readonly html: string;
  readonly json: string;
}

/** What is there when the test is killed is at most so old, ms; or older, where writing it takes more than this part of the time: no order is sent meanwhile. */
const everyMs = 5000;
const share = 400;

/** Keeps the report of a load test under `.orders/runs`, from its beginning on: who kills the test finds what it had seen. */
export class LoadRun {
  readonly #folder: string;
  readonly #label: string;
  #next = 0;

  constructor(root: string, label: string) {
    this.#folder = join(root, '.orders', 'runs');
    this.#label = label;
  }

  /** Keeps what `report` answers, when the last one is old enough. */
  meanwhile(report: () => LoadReport): void {
    const began = performance.now();
    if (began < this.#next) return;
    this.keep(report());
    const took = performance.now() - began;
    this.#next = performance.now() + Math.max(everyMs, took * share);
  }

  /** Keeps a report in the place of the one before. */
  keep(report: LoadReport): KeptFiles {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const name = `${report.startedAt.replaceAll(/[:.]/g, '-')}-${report.seed}`;
    return {
      html: this.#write(`${name}.html`, loadPage(report, this.#label)),
      json: this.#write(`${name}.json`, `${JSON.stringify(report, null, 2)}\n`),
    };
  }

  #write(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    // Whole or not at all, whenever the test is killed.
    renameSync(`${path}.new`, path);
    return relative(process.cwd(), path);
  }
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { LoadReport } from '../orders/load-test/report.ts';
import { loadPage } from './load-page.ts';

/** Keeps a report as a page and as JSON under `.orders/runs`; answers where the page is, as seen from here. */
export function keepReport(root: string, report: LoadReport, label: string): string {
  const folder = join(root, '.orders', 'runs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = `${report.startedAt.replaceAll(/[:.]/g, '-')}-${report.seed}`;
  const page = join(folder, `${name}.html`);
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`, {
    mode: 0o600,
  });
  writeFileSync(page, loadPage(report, label), { mode: 0o600 });
  return relative(process.cwd(), page);
}

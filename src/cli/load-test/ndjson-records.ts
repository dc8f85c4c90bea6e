/** Where a load test is, as a line of facts and as a record for programs. */

import type { ExitCode } from '../../exit-codes.ts';
import type { Standing } from '../../orders/load-test/progress-figures.ts';
import type { LoadReport } from '../../orders/load-test/report-types.ts';
import type { LoadProgress } from '../../orders/load-test/run.ts';
import { formatLatency } from '../terminal/format-time.ts';
import type { KeptFiles } from './run-files.ts';

/** As a line of a log: `2026-11-22T08:12:09.000Z load-test t=5s submitted=210/500 running=180 ...` */
export function progressLine({ progress, standing }: Told, now: number): string {
  const { failures, failed, accepted, terminal, remainingMs } = standing;
  const reasons = Object.entries(failures).map(([what, count]) => `${what} ${count}`);
  const compact = (ms: number) => formatLatency(ms).replaceAll(' ', '');
  const { trouble } = progress;
  const facts = [
    `t=${compact(standing.elapsedMs)}`,
    `phase=${standing.phase}`,
    `submitted=${standing.submitted}${standing.isOpen ? '' : `/${standing.planned}`}`,
    `running=${standing.running}`,
    `completed=${standing.completed}`,
    `failed=${failed}${failed > 0 ? ` (${reasons.join(', ')})` : ''}`,
    ...(accepted?.p95 === undefined ? [] : [`accept_p95=${compact(accepted.p95)}`]),
    ...(terminal?.p95 === undefined ? [] : [`e2e_p95=${compact(terminal.p95)}`]),
    `errors=${standing.errors}`,
    `throttled=${standing.throttled}`,
    ...(remainingMs === undefined ? [] : [`left=${compact(remainingMs)}`]),
    ...(trouble ? [`gap=${JSON.stringify(trouble)}`] : []),
  ];
  return `${new Date(now).toISOString()} load-test ${facts.join(' ')}`;
}

interface Told {
  readonly progress: LoadProgress;
  readonly standing: Standing;
}

/** Where the test is, every few seconds. */
export interface ProgressRecord extends Standing {
  readonly type: 'progress';
  readonly ts: string;
  readonly requests: LoadProgress['requests'];
  /** Why the orders cannot be seen now. */
  readonly gap?: string;
}

/** The last record: the verdict, and where it is kept. */
export interface EndRecord {
  readonly type: 'end';
  readonly ts: string;
  readonly exitCode: ExitCode;
  readonly report: LoadReport;
  readonly files?: KeptFiles;
}

export function progressRecord({ progress, standing }: Told, now: number): ProgressRecord {
  const { requests, trouble } = progress;
  const ts = new Date(now).toISOString();
  return { type: 'progress', ts, ...standing, requests, ...(trouble ? { gap: trouble } : {}) };
}

export function endRecord(end: {
  readonly report: LoadReport;
  readonly files: KeptFiles | undefined;
  readonly exitCode: ExitCode;
}): EndRecord {
  const { report, files, exitCode } = end;
  const ts = new Date().toISOString();
  return { type: 'end', ts, exitCode, ...(files ? { files } : {}), report };
}

/** Progress of a load test as log lines and as JSON records. */

import type { ExitCode } from '../../exit-codes.ts';
import type { LoadProgress } from '../../orders/load-test/load-progress.ts';
import type { ProgressFigures } from '../../orders/load-test/progress-figures.ts';
import type { LoadReport } from '../../orders/load-test/report-types.ts';
import { formatLatency } from '../terminal/format-time.ts';
import type { ReportFiles } from './report-writer.ts';

/** Returns the progress as a log line: `2026-11-22T08:12:09.000Z load-test t=5s submitted=210/500 running=180 ...`. */
export function formatProgressLine({ progress, figures }: ProgressSource, now: number): string {
  const { failures, failed, accepted, terminal, remainingMs } = figures;
  const reasons = Object.entries(failures).map(([code, count]) => `${code} ${count}`);
  const compact = (ms: number) => formatLatency(ms).replaceAll(' ', '');
  const { pollError } = progress;
  const facts = [
    `t=${compact(figures.elapsedMs)}`,
    `phase=${figures.phase}`,
    `submitted=${figures.submitted}${figures.isOpen ? '' : `/${figures.planned}`}`,
    `running=${figures.running}`,
    `completed=${figures.completed}`,
    `failed=${failed}${failed > 0 ? ` (${reasons.join(', ')})` : ''}`,
    ...(accepted?.p95 === undefined ? [] : [`accept_p95=${compact(accepted.p95)}`]),
    ...(terminal?.p95 === undefined ? [] : [`e2e_p95=${compact(terminal.p95)}`]),
    `errors=${figures.errors}`,
    `throttled=${figures.throttled}`,
    ...(remainingMs === undefined ? [] : [`left=${compact(remainingMs)}`]),
    ...(pollError ? [`gap=${JSON.stringify(pollError)}`] : []),
  ];
  return `${new Date(now).toISOString()} load-test ${facts.join(' ')}`;
}

interface ProgressSource {
  readonly progress: LoadProgress;
  readonly figures: ProgressFigures;
}

/** A record written every five seconds. */
export interface ProgressRecord extends ProgressFigures {
  readonly type: 'progress';
  readonly ts: string;
  readonly requests: LoadProgress['requestRates'];
  /** Why the orders are not visible now. */
  readonly gap?: string;
}

/** The last record: the report and its files. */
export interface EndRecord {
  readonly type: 'end';
  readonly ts: string;
  readonly exitCode: ExitCode;
  readonly report: LoadReport;
  readonly files?: ReportFiles;
}

export function toProgressRecord(
  { progress, figures }: ProgressSource,
  now: number,
): ProgressRecord {
  const { requestRates, pollError } = progress;
  const ts = new Date(now).toISOString();
  return {
    type: 'progress',
    ts,
    ...figures,
    requests: requestRates,
    ...(pollError ? { gap: pollError } : {}),
  };
}

export function toEndRecord(end: {
  readonly report: LoadReport;
  readonly files: ReportFiles | undefined;
  readonly exitCode: ExitCode;
}): EndRecord {
  const { report, files, exitCode } = end;
  const ts = new Date().toISOString();
  return { type: 'end', ts, exitCode, ...(files ? { files } : {}), report };
}

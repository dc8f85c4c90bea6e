import { formatFailure, formatHeading } from '../../history/history.ts';
import { formatTimeline } from '../../history/timeline-chart.ts';
import { applyStyle } from '../../terminal/output-guard.ts';
import type { PaneInput } from '../types.ts';
import { clipStyled, formatMissing, joinBlocks, roomyRows, wrapText } from './pane-lines.ts';

/** Draws the history of the opened order as a chart. Long waits are cut out of its time axis. */
export function historyPane(input: PaneInput): readonly string[] {
  const { detail, columns, rows, stream, timeScale } = input;
  const { report, problems } = detail ?? {};
  if (!report) return formatMissing('the history', problems?.history, input);
  const view = { width: columns, linear: false, timeScale, stream };
  const failure = formatFailure(report);
  const reason = failure === undefined ? [] : wrapText(failure, columns - 2);
  const heading = formatHeading(report, view);
  const lines = reason.map((line, index) =>
    applyStyle('red', `${index === 0 ? '✗' : ' '} ${line}`, stream),
  );
  const outdated = problems?.history ? formatMissing('newer events', problems.history, input) : [];
  const chart = formatTimeline(report.timeline, view).trimEnd().split('\n');
  const blocks =
    rows < roomyRows
      ? [lines, outdated, chart, heading]
      : [[...heading, ...lines], outdated, chart];
  return joinBlocks(blocks, rows).map((line) => clipStyled(line, columns));
}

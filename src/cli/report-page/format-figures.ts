/** Number formats of the report page. */
import type { Statistics } from '../../workflow/statistics.ts';
import { formatDuration } from '../terminal/format-time.ts';

export const formatMs = (value: number) =>
  value < 1000 ? `${Math.round(value)} ms` : formatDuration(value);

/** Header of a table of statistics. `what` names its rows. */
export const statisticsHeader = (what: string) => [what, 'n', 'min', 'median', 'p95', 'p99', 'max'];
export const toStatisticsRow = (name: string, { n, min, median, p95, p99, max }: Statistics) => [
  name,
  String(n),
  ...[min, median, p95, p99, max].map((value) => (value === undefined ? '' : formatMs(value))),
];

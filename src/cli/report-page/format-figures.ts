/** Figures of a load test as its page writes them. */
import type { Statistics } from '../../workflow/statistics.ts';
import { formatDuration } from '../terminal/format-time.ts';

export const msText = (value: number) =>
  value < 1000 ? `${Math.round(value)} ms` : formatDuration(value);

export const statisticsHead = ['', 'n', 'min', 'median', 'p95', 'p99', 'max'];
export const statisticsRow = (name: string, { n, min, median, p95, p99, max }: Statistics) => [
  name,
  String(n),
  ...[min, median, p95, p99, max].map((each) => (each === undefined ? '' : msText(each))),
];

/** Signs for an eighth to eight eighths of the largest number. */
const levels = '▁▂▃▄▅▆▇█';

/** Returns a bar per number, as high as its share of the largest one; a dot for zero. */
export function formatSparkline(numbers: readonly number[]): string {
  const max = Math.max(...numbers, 1);
  return numbers
    .map((number) => (number > 0 ? levels[Math.ceil((number / max) * 8) - 1] : '·'))
    .join('');
}

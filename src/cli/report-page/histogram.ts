/** A histogram as inline SVG, with labelled vertical lines. */
import { escapeHtml, renderTable } from './html.ts';
import { spreadLabels } from './label-layout.ts';
import {
  type Axes,
  type ChartText,
  createScales,
  formatCoordinate,
  left,
  renderFigure,
  renderGrid,
  right,
  type Tick,
  top,
  width,
} from './svg-charts.ts';

/** Returns a histogram of equal bins between `from` and `to`. `marks` are vertical lines, sorted by position. */
export function renderHistogram(
  chart: ChartText & Axes & { unit: string; counts: readonly number[]; marks: readonly Tick[] },
): string {
  const { counts, from, to, unit, format, marks } = chart;
  // Leave space above the bars for the labels of the marks.
  const maxValue = Math.max(1, ...counts) * 1.35;
  const { x, y } = createScales(chart, maxValue);
  const size = (to - from) / counts.length;
  const label = (index: number) =>
    `${format(from + index * size)} to ${format(from + (index + 1) * size)}`;
  const bars = counts.map((count, index) => {
    const [x1, x2] = [x(from + index * size), x(from + (index + 1) * size)];
    return `<rect class="a" x="${formatCoordinate(x1 + 1)}" y="${formatCoordinate(y(count))}" width="${formatCoordinate(Math.max(1, x2 - x1 - 2))}" height="${formatCoordinate(y(0) - y(count))}"><title>${escapeHtml(`${label(index)}: ${count} ${unit}`)}</title></rect>`;
  });
  const rows = counts.map((count, index) => [label(index), String(count)]);
  const body =
    renderGrid(chart, maxValue) + bars.join('') + renderMarks(marks, { x, bottom: y(0) });
  return renderFigure(chart, { body, legend: '', table: renderTable(['duration', unit], rows) });
}

/** Vertical extent of the labels of marks, and of the lines that lead from them to the marks. */
const labelBaseline = top + 12;
const leaderTop = labelBaseline + 6;
const leaderBottom = leaderTop + 12;

/** Returns vertical lines with labels in one row above them. */
function renderMarks(
  marks: readonly Tick[],
  scale: { readonly x: (value: number) => number; readonly bottom: number },
): string {
  const labels = marks.map(({ at, label: text }) => ({ x: scale.x(at), text }));
  const middles = spreadLabels(labels, { from: left, to: width - right });
  const drawn = labels.map(({ x, text }, index) => {
    const [at, middle] = [formatCoordinate(x), formatCoordinate(middles[index] ?? x)];
    return (
      `<line class="leader" x1="${middle}" x2="${at}" y1="${leaderTop}" y2="${leaderBottom}"></line>` +
      `<line class="mark" x1="${at}" x2="${at}" y1="${leaderBottom}" y2="${formatCoordinate(scale.bottom)}"></line>` +
      `<text class="strong" x="${middle}" y="${labelBaseline}" text-anchor="middle">${escapeHtml(text)}</text>`
    );
  });
  return drawn.join('');
}

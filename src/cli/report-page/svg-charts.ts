/** Charts as inline SVG, each with a title and a description for screen readers and a table of its values. */
import { escapeHtml, renderScrollable, renderTable } from './html.ts';

/** Width of a chart in its own unit. */
export const width = 640;
const height = 240;
/** Margins of the plot. */
export const left = 60;
export const right = 12;
export const top = 12;
const bottom = 30;

export interface Tick {
  readonly at: number;
  readonly label: string;
}

export interface Series {
  readonly name: string;
  /** Class in the style sheet: `a` to `g`, `good` or `bad`. */
  readonly color: string;
  readonly values: readonly number[];
}

export interface Axes {
  /** Range and labels of the horizontal axis, in its own unit. */
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly Tick[];
  readonly format: (value: number) => string;
}

export interface ChartText {
  readonly title: string;
  /** Description of the chart in one sentence. */
  readonly about: string;
}

/** Returns a chart of stacked areas, the first series at the bottom. */
export function renderStackedAreas(
  chart: ChartText & Axes & { series: readonly Series[] },
): string {
  const { series } = chart;
  const length = series[0]?.values.length ?? 0;
  const sums = Array<number>(length).fill(0);
  const tops = series.map(({ values }) =>
    values.map((value, at) => {
      sums[at] = (sums[at] ?? 0) + value;
      return sums[at] ?? 0;
    }),
  );
  const maxValue = Math.max(1, ...sums);
  const { x, y } = createScales(chart, maxValue);
  const at = (index: number) =>
    x(chart.from + (index / Math.max(1, length - 1)) * (chart.to - chart.from));
  const point = (value: number, index: number) =>
    `${formatCoordinate(at(index))},${formatCoordinate(y(value))}`;
  const areas = series.map(({ name, color }, index) => {
    const upper = (tops[index] ?? []).map(point);
    const lower = (tops[index - 1] ?? Array<number>(length).fill(0)).map(point).reverse();
    return `<polygon class="${color} area" points="${[...upper, ...lower].join(' ')}"><title>${escapeHtml(name)}</title></polygon>`;
  });
  return renderFigure(chart, {
    body: areas.join('') + renderGrid(chart, maxValue),
    legend: renderLegend(series.toReversed()),
    table: renderSeriesTable(chart, series),
  });
}

/** A single point above the lines of a chart, with a label. */
export interface Peak {
  readonly at: number;
  readonly value: number;
  readonly label: string;
}

/** Returns a line chart. The lines also differ in their dash patterns. */
export function renderLines(
  chart: ChartText & Axes & { series: readonly Series[]; peak?: Peak | undefined },
): string {
  const { series, peak } = chart;
  const highest = Math.max(1, peak?.value ?? 0, ...series.flatMap(({ values }) => values));
  const maxValue = peak ? highest * 1.1 : highest;
  const { x, y } = createScales(chart, maxValue);
  const polylines = series.map(({ name, color, values }) => {
    const last = Math.max(1, values.length - 1);
    const points = values.map(
      (value, index) =>
        `${formatCoordinate(x(chart.from + (index / last) * (chart.to - chart.from)))},${formatCoordinate(y(value))}`,
    );
    return `<polyline class="${color}" points="${points.join(' ')}"><title>${escapeHtml(name)}</title></polyline>`;
  });
  return renderFigure(chart, {
    body:
      renderGrid(chart, maxValue) + polylines.join('') + (peak ? renderPeak(peak, { x, y }) : ''),
    legend: renderLegend(series),
    table: renderSeriesTable(chart, series),
  });
}

function renderPeak({ at, value, label }: Peak, { x, y }: ReturnType<typeof createScales>): string {
  const [dotX, dotY] = [x(at), y(value)];
  const isRight = dotX > width / 2;
  return (
    `<circle class="dot" cx="${formatCoordinate(dotX)}" cy="${formatCoordinate(dotY)}" r="4"></circle>` +
    `<text class="strong" x="${formatCoordinate(dotX + (isRight ? -9 : 9))}" y="${formatCoordinate(dotY + 5)}" text-anchor="${isRight ? 'end' : 'start'}">${escapeHtml(label)}</text>`
  );
}

const rowHeight = 30;
const nameWidth = 210;

/** Returns a horizontal bar chart: one row per name, with a bar for its value and a mark for a second value. */
export function renderBars(
  chart: ChartText & {
    format: (value: number) => string;
    bars: readonly { readonly name: string; readonly value: number; readonly mark: number }[];
    table: string;
  },
): string {
  const { format, bars, table } = chart;
  const maxValue = Math.max(1, ...bars.map(({ mark }) => mark));
  // Leave space for the values to the right of the mark.
  const scale = (width - nameWidth - 120) / maxValue;
  const drawnBars = bars.map(({ name, value, mark }, index) => {
    const y = index * rowHeight;
    const [end, second] = [nameWidth + value * scale, nameWidth + mark * scale];
    return (
      `<text x="${nameWidth - 8}" y="${y + 20}" text-anchor="end">${escapeHtml(name)}</text>` +
      `<rect class="a" x="${nameWidth}" y="${y + 6}" width="${formatCoordinate(Math.max(1, end - nameWidth))}" height="18"></rect>` +
      `<line class="mark" x1="${formatCoordinate(second)}" x2="${formatCoordinate(second)}" y1="${y + 4}" y2="${y + 26}"></line>` +
      `<text x="${formatCoordinate(second + 6)}" y="${y + 20}">${escapeHtml(`${format(value)} · ${format(mark)}`)}</text>`
    );
  });
  return renderFigure(
    chart,
    { body: drawnBars.join(''), legend: '', table },
    Math.max(1, bars.length) * rowHeight,
  );
}

/** Returns round values from 0 to `maxValue`, about `count` of them. */
function createRoundTicks(maxValue: number, count = 4): number[] {
  const rough = maxValue / count;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * unit).find((size) => size >= rough) ?? rough;
  return Array.from({ length: Math.floor(maxValue / step) + 1 }, (_, index) => index * step);
}

export const formatCoordinate = (value: number) => value.toFixed(1);

export function createScales({ from, to }: Axes, maxValue: number) {
  const span = Math.max(1, to - from);
  return {
    x: (value: number) => left + ((value - from) / span) * (width - left - right),
    y: (value: number) => height - bottom - (value / maxValue) * (height - bottom - top),
  };
}

export function renderGrid(chart: Axes, maxValue: number): string {
  const { x, y } = createScales(chart, maxValue);
  const levels = createRoundTicks(maxValue).map((value) => {
    const label = Number.isInteger(value) ? String(value) : value.toFixed(1);
    return `<line class="axis" x1="${left}" x2="${width - right}" y1="${formatCoordinate(y(value))}" y2="${formatCoordinate(y(value))}"></line><text x="${left - 8}" y="${formatCoordinate(y(value) + 5)}" text-anchor="end">${label}</text>`;
  });
  const names = chart.ticks.map(({ at, label }, index) => {
    const last = chart.ticks.length - 1;
    const anchor = index === 0 ? 'start' : index === last ? 'end' : 'middle';
    return `<text x="${formatCoordinate(x(at))}" y="${height - 8}" text-anchor="${anchor}">${escapeHtml(label)}</text>`;
  });
  return levels.join('') + names.join('');
}

export function renderLegend(series: readonly Pick<Series, 'name' | 'color'>[]): string {
  const keys = series.map(
    ({ name, color }) =>
      `<li><svg class="key" viewBox="0 0 14 14" aria-hidden="true"><rect class="${color}" width="14" height="14"></rect></svg>${escapeHtml(name)}</li>`,
  );
  return `<ul class="legend">${keys.join('')}</ul>`;
}

function renderSeriesTable({ from, to, format }: Axes, series: readonly Series[]): string {
  const length = series[0]?.values.length ?? 0;
  const moments = Array.from({ length }, (_, index) => {
    const moment = from + (index / Math.max(1, length - 1)) * (to - from);
    const cells = series.map(({ values }) => String(Math.round((values[index] ?? 0) * 100) / 100));
    return [format(moment), ...cells];
  });
  return renderTable(['time', ...series.map(({ name }) => name)], moments);
}

/** Returns a figure: the chart, its legend and the table of its values. `tall` is its height. */
export function renderFigure(
  { title, about }: ChartText,
  { body, legend, table }: { body: string; legend: string; table: string },
  tall = height,
): string {
  const id = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return (
    `<figure><figcaption>${escapeHtml(title)}</figcaption>${legend}` +
    `<svg class="chart" viewBox="0 0 ${width} ${tall}" role="img" aria-labelledby="${id}-title ${id}-about"><title id="${id}-title">${escapeHtml(title)}</title><desc id="${id}-about">${escapeHtml(about)}</desc>${body}</svg>` +
    `<details><summary>Figures</summary>${renderScrollable(title, table)}</details></figure>`
  );
}

/** Charts as inline SVG: each has a name and a description for who cannot see it, and its figures as a table. */
import { escapeHtml, scrolled, tableOf } from './html.ts';

const width = 640;
const height = 240;
const left = 60;
const right = 12;
const top = 12;
const bottom = 30;

export interface Tick {
  readonly at: number;
  readonly label: string;
}

export interface Series {
  readonly name: string;
  /** Of the style sheet: `a` to `g`, `good` or `bad`. */
  readonly color: string;
  readonly values: readonly number[];
}

interface Axes {
  /** What the horizontal axis spans, in its own unit, with what is written below it. */
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly Tick[];
  readonly format: (value: number) => string;
}

interface Told {
  readonly title: string;
  /** What the chart shows, in a sentence. */
  readonly about: string;
}

/** Bars beside each other, between `from` and `to`; `marks` are lines across them. */
export function histogram(
  chart: Told & Axes & { unit: string; counts: readonly number[]; marks: readonly Tick[] },
): string {
  const { counts, from, to, unit, format, marks } = chart;
  // Room above the bars for the names of the marks.
  const most = Math.max(1, ...counts) * 1.4;
  const { x, y } = scales(chart, most);
  const size = (to - from) / counts.length;
  const label = (index: number) =>
    `${format(from + index * size)} to ${format(from + (index + 1) * size)}`;
  const bars = counts.map((count, index) => {
    const [x1, x2] = [x(from + index * size), x(from + (index + 1) * size)];
    return `<rect class="a" x="${n(x1 + 1)}" y="${n(y(count))}" width="${n(Math.max(1, x2 - x1 - 2))}" height="${n(y(0) - y(count))}"><title>${escapeHtml(`${label(index)}: ${count} ${unit}`)}</title></rect>`;
  });
  const lines = marks.map(
    ({ at, label: text }, index) =>
      `<line class="mark" x1="${n(x(at))}" x2="${n(x(at))}" y1="${top}" y2="${n(y(0))}"></line><text class="strong" x="${n(x(at) - 4)}" y="${top + 12 + index * 20}" text-anchor="end">${escapeHtml(text)}</text>`,
  );
  const rows = counts.map((count, index) => [label(index), String(count)]);
  const body = grid(chart, most) + bars.join('') + lines.join('');
  return figure(chart, { body, legend: '', table: tableOf(['', unit], rows) });
}

/** Areas on top of each other over the same moments, the first at the bottom. */
export function stackedAreas(chart: Told & Axes & { series: readonly Series[] }): string {
  const { series } = chart;
  const length = series[0]?.values.length ?? 0;
  const sums = Array<number>(length).fill(0);
  const tops = series.map(({ values }) =>
    values.map((value, at) => {
      sums[at] = (sums[at] ?? 0) + value;
      return sums[at] ?? 0;
    }),
  );
  const most = Math.max(1, ...sums);
  const { x, y } = scales(chart, most);
  const at = (index: number) =>
    x(chart.from + (index / Math.max(1, length - 1)) * (chart.to - chart.from));
  const point = (value: number, index: number) => `${n(at(index))},${n(y(value))}`;
  const areas = series.map(({ name, color }, index) => {
    const upper = (tops[index] ?? []).map(point);
    const lower = (tops[index - 1] ?? Array<number>(length).fill(0)).map(point).reverse();
    return `<polygon class="${color} area" points="${[...upper, ...lower].join(' ')}"><title>${escapeHtml(name)}</title></polygon>`;
  });
  return figure(chart, {
    body: areas.join('') + grid(chart, most),
    legend: legendOf(series.toReversed()),
    table: seriesTable(chart, series),
  });
}

/** Lines over the same moments; told apart by their dashes too. */
export function lines(chart: Told & Axes & { series: readonly Series[] }): string {
  const { series } = chart;
  const most = Math.max(1, ...series.flatMap(({ values }) => values));
  const { x, y } = scales(chart, most);
  const drawn = series.map(({ name, color, values }) => {
    const last = Math.max(1, values.length - 1);
    const points = values.map(
      (value, index) =>
        `${n(x(chart.from + (index / last) * (chart.to - chart.from)))},${n(y(value))}`,
    );
    return `<polyline class="${color}" points="${points.join(' ')}"><title>${escapeHtml(name)}</title></polyline>`;
  });
  return figure(chart, {
    body: grid(chart, most) + drawn.join(''),
    legend: legendOf(series),
    table: seriesTable(chart, series),
  });
}

const rowHeight = 30;
const nameWidth = 210;

/** A row a name, with a bar to its value and a mark at a second one. */
export function rows(
  chart: Told & {
    format: (value: number) => string;
    bars: readonly { readonly name: string; readonly value: number; readonly mark: number }[];
    table: string;
  },
): string {
  const { format, bars, table } = chart;
  const most = Math.max(1, ...bars.map(({ mark }) => mark));
  // The value is written behind the mark.
  const scale = (width - nameWidth - 120) / most;
  const drawn = bars.map(({ name, value, mark }, index) => {
    const y = index * rowHeight;
    const [end, second] = [nameWidth + value * scale, nameWidth + mark * scale];
    return (
      `<text x="${nameWidth - 8}" y="${y + 20}" text-anchor="end">${escapeHtml(name)}</text>` +
      `<rect class="a" x="${nameWidth}" y="${y + 6}" width="${n(Math.max(1, end - nameWidth))}" height="18"></rect>` +
      `<line class="mark" x1="${n(second)}" x2="${n(second)}" y1="${y + 4}" y2="${y + 26}"></line>` +
      `<text x="${n(second + 6)}" y="${y + 20}">${escapeHtml(`${format(value)} · ${format(mark)}`)}</text>`
    );
  });
  return figure(
    chart,
    { body: drawn.join(''), legend: '', table },
    Math.max(1, bars.length) * rowHeight,
  );
}

/** Round values from 0 to `most`, few enough to be read. */
function roundTicks(most: number, about = 4): number[] {
  const rough = most / about;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * unit).find((each) => each >= rough) ?? rough;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}

const n = (value: number) => value.toFixed(1);

function scales({ from, to }: Axes, most: number) {
  const span = Math.max(1, to - from);
  return {
    x: (value: number) => left + ((value - from) / span) * (width - left - right),
    y: (value: number) => height - bottom - (value / most) * (height - bottom - top),
  };
}

function grid(chart: Axes, most: number): string {
  const { x, y } = scales(chart, most);
  const levels = roundTicks(most).map((value) => {
    const label = Number.isInteger(value) ? String(value) : value.toFixed(1);
    return `<line class="axis" x1="${left}" x2="${width - right}" y1="${n(y(value))}" y2="${n(y(value))}"></line><text x="${left - 8}" y="${n(y(value) + 5)}" text-anchor="end">${label}</text>`;
  });
  const names = chart.ticks.map(({ at, label }, index) => {
    const last = chart.ticks.length - 1;
    const anchor = index === 0 ? 'start' : index === last ? 'end' : 'middle';
    return `<text x="${n(x(at))}" y="${height - 8}" text-anchor="${anchor}">${escapeHtml(label)}</text>`;
  });
  return levels.join('') + names.join('');
}

function legendOf(series: readonly Series[]): string {
  const keys = series.map(
    ({ name, color }) =>
      `<li><svg class="key" viewBox="0 0 14 14" aria-hidden="true"><rect class="${color}" width="14" height="14"></rect></svg>${escapeHtml(name)}</li>`,
  );
  return `<ul class="legend">${keys.join('')}</ul>`;
}

function seriesTable({ from, to, format }: Axes, series: readonly Series[]): string {
  const length = series[0]?.values.length ?? 0;
  const moments = Array.from({ length }, (_, index) => {
    const moment = from + (index / Math.max(1, length - 1)) * (to - from);
    const values = series.map(({ values: each }) =>
      String(Math.round((each[index] ?? 0) * 100) / 100),
    );
    return [format(moment), ...values];
  });
  return tableOf(['', ...series.map(({ name }) => name)], moments);
}

function figure(
  { title, about }: Told,
  { body, legend, table }: { body: string; legend: string; table: string },
  tall = height,
): string {
  const id = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return (
    `<figure><figcaption>${escapeHtml(title)}</figcaption>${legend}` +
    `<svg class="chart" viewBox="0 0 ${width} ${tall}" role="img" aria-labelledby="${id}-title ${id}-about"><title id="${id}-title">${escapeHtml(title)}</title><desc id="${id}-about">${escapeHtml(about)}</desc>${body}</svg>` +
    `<details><summary>Figures</summary>${scrolled(title, table)}</details></figure>`
  );
}

/** Charts as inline SVG, with a title for who cannot see them and their figures as a table. */

const width = 860;
const height = 220;
const left = 48;
const bottom = 24;
/** Room for the names of lines. */
const top = 22;

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

interface Bar {
  readonly label: string;
  readonly value: number;
}

/** Bars beside each other. */
export function barChart(chart: { title: string; unit: string; bars: readonly Bar[] }): string {
  const { title, unit, bars } = chart;
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const step = (width - left) / bars.length;
  const marks = bars.map(({ label, value }, index) => {
    const tall = (value / most) * (height - bottom - top);
    const [x, y] = [left + index * step + 1, height - bottom - tall];
    const what = escapeHtml(`${label}: ${value} ${unit}`);
    return `<rect class="s0" x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${Math.max(1, step - 2).toFixed(1)}" height="${tall.toFixed(1)}"><title>${what}</title></rect>`;
  });
  const labels = ends(bars.map(({ label }) => label));
  const rows = bars.map(({ label, value }) => [label, String(value)]);
  return figure({ title, body: marks.join('') + labels + scale(most), head: ['', unit], rows });
}

interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

/** Lines over the same moments; told apart by their dashes too. */
export function lineChart(chart: {
  title: string;
  labels: readonly string[];
  series: readonly Series[];
}): string {
  const { title, labels, series } = chart;
  const most = Math.max(1, ...series.flatMap(({ values }) => values));
  const step = (width - left) / Math.max(1, labels.length - 1);
  const lines = series.map(({ name, values }, index) => {
    const points = values.map((value, at) => {
      const y = height - bottom - (value / most) * (height - bottom - top);
      return `${(left + at * step).toFixed(1)},${y.toFixed(1)}`;
    });
    return `<polyline class="s${index}" points="${points.join(' ')}"><title>${escapeHtml(name)}</title></polyline>`;
  });
  const key = series.map(({ name }, index) => {
    const x = left + 10 + index * 150;
    return `<rect class="s${index}" x="${x}" y="4" width="12" height="4"></rect><text x="${x + 18}" y="10">${escapeHtml(name)}</text>`;
  });
  const rows = labels.map((label, at) => [
    label,
    ...series.map(({ values }) => String(Math.round((values[at] ?? 0) * 100) / 100)),
  ]);
  const head = ['', ...series.map(({ name }) => name)];
  const body = lines.join('') + key.join('') + ends(labels) + scale(most);
  return figure({ title, body, head, rows });
}

/** The first, the middle and the last label. */
function ends(labels: readonly string[]): string {
  const text = (at: number, x: number, anchor: string) =>
    `<text x="${x}" y="${height - 6}" text-anchor="${anchor}">${escapeHtml(labels[at] ?? '')}</text>`;
  const middle = Math.floor((labels.length - 1) / 2);
  return (
    text(0, left, 'start') +
    text(middle, left + (width - left) / 2, 'middle') +
    text(labels.length - 1, width, 'end')
  );
}

function scale(most: number): string {
  const label = most >= 10 ? String(Math.round(most)) : most.toFixed(1);
  return (
    `<text x="${left - 6}" y="${top + 4}" text-anchor="end">${label}</text><text x="${left - 6}" y="${height - bottom}" text-anchor="end">0</text>` +
    `<line class="axis" x1="${left}" y1="${height - bottom}" x2="${width}" y2="${height - bottom}"></line>`
  );
}

function figure(chart: {
  title: string;
  body: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}): string {
  const { title, body, head, rows } = chart;
  const cells = (tag: string, row: readonly string[]) =>
    row.map((each) => `<${tag}>${escapeHtml(each)}</${tag}>`).join('');
  const figures = `<details><summary>Figures</summary><table><thead><tr>${cells('th', head)}</tr></thead><tbody>${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('')}</tbody></table></details>`;
  return `<figure><figcaption>${escapeHtml(title)}</figcaption><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">${body}</svg>${figures}</figure>`;
}

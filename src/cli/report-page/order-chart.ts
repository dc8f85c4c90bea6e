/** The timeline of an execution as a chart. Long waits are cut out of its time axis. */
import type { Span, Timeline } from '../../workflow/timeline.ts';
import { undoSteps } from '../../workflow/undo-steps.ts';
import { formatShortDuration } from '../terminal/format-short-duration.ts';
import { escapeHtml } from './html.ts';
import { formatCoordinate, renderFigure, renderLegend, width } from './svg-charts.ts';

const nameWidth = 250;
const rowHeight = 24;
const axisHeight = 26;
/** Width of a cut, and space at the right for the last bar. */
const cutWidth = 16;
const right = 8;

interface Bar {
  readonly fromMs: number;
  readonly toMs: number;
  /** Class in the style sheet. */
  readonly color: string;
  readonly about: string;
}

interface Row {
  readonly name: string;
  readonly bars: readonly Bar[];
}

/** Returns the sign and the word for the end of a span. */
export function describeSpan({
  name,
  state,
  skipped,
}: Span): readonly [sign: string, word: string] {
  if (state === 'failed') return ['✗', 'failed'];
  if (state === 'succeeded' && skipped !== undefined) return ['–', 'skipped'];
  if (state === 'succeeded') return undoSteps.has(name) ? ['↶', 'undone'] : ['✓', 'succeeded'];
  return [state === 'cancelled' ? '✗' : '◔', state];
}

/** Returns the chart. `table` contains its values. */
export function renderTimelineChart(timeline: Timeline, table: string): string {
  const rows = [
    invocationRow(timeline),
    ...pauseRow(timeline),
    ...timeline.spans.map(spanRow(timeline)),
  ];
  const x = createScale(timeline);
  const tall = axisHeight + rows.length * rowHeight;
  const drawn = rows.map(({ name, bars }, index) => {
    const y = axisHeight + index * rowHeight;
    const rects = bars.map(({ fromMs, toMs, color, about }) => {
      const from = x(fromMs);
      const size = Math.max(2, x(toMs) - from);
      return `<rect class="${color}" x="${formatCoordinate(from)}" y="${y + 4}" width="${formatCoordinate(size)}" height="${rowHeight - 8}"><title>${escapeHtml(about)}</title></rect>`;
    });
    return `<text x="${nameWidth - 8}" y="${y + 17}" text-anchor="end">${escapeHtml(name)}</text>${rects.join('')}`;
  });
  return renderFigure(
    {
      title: 'Timeline',
      about: `${rows.length} rows over ${formatShortDuration(timeline.totalMs)}${timeline.cuts.length > 0 ? '; long waits are cut out' : ''}`,
    },
    {
      body: drawn.join('') + renderCuts(timeline, x, tall) + renderStarts(timeline, x),
      legend: renderLegend([
        { name: 'succeeded', color: 'good' },
        { name: 'failed', color: 'bad' },
        { name: 'undone', color: 'c' },
        { name: 'waiting, no compute', color: 'e' },
        { name: 'invocation', color: 'a' },
      ]),
      table,
    },
    tall,
  );
}

const took = ({ fromMs, toMs }: Pick<Bar, 'fromMs' | 'toMs'>) => formatShortDuration(toMs - fromMs);

function invocationRow({ invocations }: Timeline): Row {
  const bars = invocations.map(({ number, startMs: fromMs, endMs: toMs }) => {
    const about = `invocation ${number}: ${took({ fromMs, toMs })}`;
    return { fromMs, toMs, color: 'a', about };
  });
  return { name: 'invocations', bars };
}

function pauseRow({ pauses, totalMs }: Timeline): Row[] {
  if (!pauses) return [];
  const bars = pauses.map(({ startMs: fromMs, endMs: toMs = totalMs }) => {
    return { fromMs, toMs, color: 'f', about: `paused for ${took({ fromMs, toMs })}` };
  });
  return [{ name: '‖ paused', bars }];
}

function spanRow({ totalMs }: Timeline) {
  return (span: Span): Row => {
    const { name, kind, startMs: fromMs, endMs: toMs = totalMs, attempts } = span;
    const [sign, word] = describeSpan(span);
    const whole = { fromMs, toMs, color: 'e', about: `${name}: ${took({ fromMs, toMs })}` };
    const color = word === 'undone' ? 'c' : word === 'failed' ? 'bad' : 'good';
    const ran = attempts.map(({ number, startMs, endMs = totalMs, error }) => {
      const times = { fromMs: startMs, toMs: endMs };
      const about = `${name}, attempt ${number} ${error ? 'failed' : word}: ${took(times)}`;
      return { ...times, color: error ? 'bad' : color, about };
    });
    const isWaiting = kind !== 'step' || attempts.length > 1;
    return { name: `${sign} ${name}`, bars: isWaiting ? [whole, ...ran] : ran };
  };
}

type Scale = (ms: number) => number;

/** Returns the scale of the axis: a cut has the same width regardless of its length. */
function createScale({ totalMs, cuts }: Timeline): Scale {
  const shown = totalMs - cuts.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const perMs = (width - nameWidth - right - cuts.length * cutWidth) / Math.max(1, shown);
  return (ms) => {
    let at = nameWidth;
    let from = 0;
    for (const cut of cuts) {
      if (ms <= cut.fromMs) break;
      at += (cut.fromMs - from) * perMs;
      const share = Math.min(1, (ms - cut.fromMs) / (cut.toMs - cut.fromMs));
      at += share * cutWidth;
      from = Math.min(ms, cut.toMs);
    }
    return at + (ms - from) * perMs;
  };
}

function renderCuts({ cuts }: Timeline, x: Scale, tall: number): string {
  return cuts
    .flatMap(({ fromMs, toMs }) => [x(fromMs) + 4, x(toMs) - 4])
    .map((at) => formatCoordinate(at))
    .map((at) => `<line class="mark" x1="${at}" x2="${at}" y1="${axisHeight}" y2="${tall}"></line>`)
    .join('');
}

/** Returns the start time of each part between two cuts, as far as they do not run into each other. */
function renderStarts({ cuts }: Timeline, x: Scale): string {
  let free = 0;
  return [0, ...cuts.map(({ toMs }) => toMs)]
    .map((ms) => {
      const text = ms === 0 ? '0s' : formatShortDuration(ms);
      const at = Math.min(x(ms), width - text.length * 11);
      if (at < free) return '';
      free = at + text.length * 12;
      return `<text x="${formatCoordinate(at)}" y="18">${escapeHtml(text)}</text>`;
    })
    .join('');
}

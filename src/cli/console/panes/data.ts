import type { HistoryReport } from '../../../orders/lookup/history.ts';
import { redact } from '../../../orders/lookup/redact.ts';
import { escapeControls } from '../../command/json-output.ts';
import { applyStyle } from '../../terminal/output-guard.ts';
import { clip } from '../../terminal/table.ts';
import type { PaneInput } from '../types.ts';
import {
  breakText,
  formatMissing,
  formatTitle,
  joinBlocks,
  type LineOptions,
} from './pane-lines.ts';

/** Draws the record of the opened order and the input of its execution as JSON. */
export function dataPane(input: PaneInput): readonly string[] {
  const { detail, showsPersonal, columns, rows, stream } = input;
  const { view, report, problems } = detail ?? {};
  const hide = (json: string) => (showsPersonal ? json : redact(json));
  const execution = readInput(report);
  const title = (text: string) => formatTitle(clip(text, columns), stream);
  const notes = showsPersonal ? [] : ['personal data is hidden'];
  const record =
    view?.order === undefined
      ? missingRecord(input)
      : formatJson(hide(JSON.stringify(view.order)), input);
  const state = view?.execution ? formatJson(hide(JSON.stringify(view.execution)), input) : [];
  return joinBlocks(
    [
      [title(['RECORD', ...notes].join(' · ')), ...record],
      state.length > 0 ? [title('EXECUTION'), ...state] : [],
      [
        title('INPUT'),
        ...(execution === undefined
          ? formatMissing('the input', problems?.history, input)
          : formatJson(hide(execution), input)),
      ],
    ],
    rows,
  );
}

function missingRecord(input: PaneInput): string[] {
  const { view, problems } = input.detail ?? {};
  if (!view) return formatMissing('the record', problems?.order, input);
  return [applyStyle('dim', clip('the order has no record yet', input.columns), input.stream)];
}

/** Returns the input of an execution, which its first event contains. */
function readInput(report: HistoryReport | undefined): string | undefined {
  return report?.events.find(({ type }) => type === 'ExecutionStarted')?.payload;
}

/** Returns a JSON text with one member per line. A text that is not JSON stays as it is. */
function formatJson(json: string, options: LineOptions): string[] {
  const text = escapeControls(indent(json));
  return text.split('\n').flatMap((line) => formatJsonLine(line, options));
}

function indent(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

/** Returns a line of JSON with a bold key. A line that is too long continues below itself. */
function formatJsonLine(line: string, { columns, stream }: LineOptions): string[] {
  const [, space = '', key = ''] = /^(\s*)("(?:[^"\\]|\\.)*"(?=: ))?/.exec(line) ?? [];
  const start = space.length + key.length;
  const [first = '', ...others] = breakText(line, columns);
  const lead = ' '.repeat(Math.min(space.length + 2, columns >> 1));
  const below = others.length > 0 ? breakText(others.join(''), columns - lead.length) : [];
  const shown =
    start <= first.length
      ? `${space}${applyStyle('bold', key, stream)}${first.slice(start)}`
      : first;
  return [shown, ...below.map((part) => `${lead}${part}`)];
}

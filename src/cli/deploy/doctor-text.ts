/** Output of `orders doctor`. */
import type { Finding, Group } from '../../deploy/doctor/finding.ts';
import { dim, mark } from '../terminal/terminal.ts';
import { wrapWords } from '../terminal/wrap.ts';

const titles: Readonly<Record<Group, string>> = {
  machine: 'This machine',
  runtime: 'Local runtime',
  account: 'Account',
  stack: 'Stack',
  orders: 'Orders',
};
const marks = { ok: 'done', warning: 'note', error: 'failed' } as const;

const nameWidth = 13;
/** In a narrower terminal, the text is below its name. */
const minColumns = 60;

/** Returns a finding as text. `first` adds the title of its group. */
export function formatFinding(
  finding: Finding,
  { first, stream }: { readonly first: boolean; readonly stream: NodeJS.WriteStream },
): string {
  const { group, about, state, message, fix } = finding;
  const columns = (stream.columns as number | undefined) ?? Number.POSITIVE_INFINITY;
  const below = columns < minColumns;
  const indent = below ? 4 : 4 + nameWidth;
  const lines = [
    ...wrapWords(message, columns - indent),
    ...(fix === undefined ? [] : wrapFix(fix, columns - indent).map((line) => dim(line, stream))),
  ];
  const head = `  ${mark(marks[state], stream)} ${below ? about : about.padEnd(nameWidth)}`;
  const text = lines.map((line) => `${' '.repeat(indent)}${line}`).join('\n');
  return [
    ...(first ? [`${titles[group]}\n`] : []),
    below ? `${head}\n${text}\n` : `${head}${text.slice(indent)}\n`,
  ].join('');
}

/** Returns the number of errors and warnings, and the groups that were not checked. */
export function formatSummary(findings: readonly Finding[], skipped: readonly Group[]): string {
  const countText = (state: Finding['state']) => {
    const number = findings.filter((finding) => finding.state === state).length;
    return number === 0 ? [] : [`${number} ${state}${number === 1 ? '' : 's'}`];
  };
  const counts = [...countText('error'), ...countText('warning')].join(', ');
  const notChecked =
    skipped.length > 0
      ? `; not checked: ${skipped.map((group) => titles[group].toLowerCase()).join(', ')}`
      : '';
  return `${counts || 'No problems found'}${notChecked}`;
}

/** A command is not wrapped, so that it can be pasted. */
const wrapFix = (fix: string, width: number) =>
  /^(orders|aws|npm) /.test(fix) ? [fix] : wrapWords(fix, width);

/** What the doctor found, as lines for people. */
import { stripVTControlCharacters } from 'node:util';
import type { Finding, Group } from '../../deploy/doctor/finding.ts';
import { dim, mark } from '../terminal/terminal.ts';

const titles: Readonly<Record<Group, string>> = {
  machine: 'This machine',
  runtime: 'Local runtime',
  account: 'Account',
  stack: 'Stack',
  orders: 'Orders',
};
const marks = { ok: 'done', warning: 'note', error: 'failed' } as const;

const nameWidth = 13;
/** Narrower terminals have the text below its name. */
const narrow = 60;

/** A finding, under the title of its group where it is the first of that. */
export function findingText(
  finding: Finding,
  { first, stream }: { readonly first: boolean; readonly stream: NodeJS.WriteStream },
): string {
  const { group, about, state, message, fix } = finding;
  const columns = (stream.columns as number | undefined) ?? Number.POSITIVE_INFINITY;
  const below = columns < narrow;
  const indent = below ? 4 : 4 + nameWidth;
  const lines = [
    ...wrap(message, columns - indent),
    ...(fix === undefined ? [] : fixLines(fix, columns - indent).map((each) => dim(each, stream))),
  ];
  const head = `  ${mark(marks[state], stream)} ${below ? about : about.padEnd(nameWidth)}`;
  const text = lines.map((line) => `${' '.repeat(indent)}${line}`).join('\n');
  return [
    ...(first ? [`${titles[group]}\n`] : []),
    below ? `${head}\n${text}\n` : `${head}${text.slice(indent)}\n`,
  ].join('');
}

/** How many errors and warnings, and what could not be looked at. */
export function summaryText(findings: readonly Finding[], skipped: readonly Group[]): string {
  const many = (state: Finding['state'], word: string) => {
    const number = findings.filter((each) => each.state === state).length;
    return number === 0 ? [] : [`${number} ${word}${number === 1 ? '' : 's'}`];
  };
  const found = [...many('error', 'error'), ...many('warning', 'warning')].join(', ');
  const unseen =
    skipped.length > 0
      ? `; not looked at: ${skipped.map((group) => titles[group].toLowerCase()).join(', ')}`
      : '';
  return `${found || 'Nothing is wrong'}${unseen}`;
}

/** A command stays whole, so that it can be pasted. */
const fixLines = (fix: string, width: number) =>
  /^(orders|aws|npm) /.test(fix) ? [fix] : wrap(fix, width);

/** Text broken at spaces into lines of that width; a word that is longer is a line of its own. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of stripVTControlCharacters(text).split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

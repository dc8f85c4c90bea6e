/** Text of `orders replay`. */
import { describeFinding } from '../../replay/describe-finding.ts';
import type { ReplaySummary } from '../../replay/summary.ts';
import type { Verdict } from '../../replay/verdict.ts';
import type { Replayed } from '../../replay/workers.ts';
import { dim, mark } from '../terminal/terminal.ts';

/** Returns the lines about one execution. */
export function formatReplayed({ execution, verdict }: Replayed): string {
  const lines = describeVerdict(verdict);
  const [first = '', ...rest] = lines;
  const text = `${mark(marks[verdict.verdict])} ${execution.name}  ${verdict.verdict}${first}`;
  return [text, ...rest.map((line) => `    ${line}`)].map((line) => `${line}\n`).join('');
}

const marks = {
  identical: 'done',
  continues: 'done',
  diverges: 'failed',
  broken: 'failed',
  skipped: 'note',
} as const;

function describeVerdict(verdict: Verdict): string[] {
  switch (verdict.verdict) {
    case 'identical':
      return [''];
    case 'continues': {
      const names = verdict.operations.map(({ name, type }) => name ?? type);
      return [names.length > 0 ? ` with ${names.join(', ')}` : ''];
    }
    case 'broken':
    case 'skipped':
      return ['', verdict.reason];
    case 'diverges': {
      const { finding, invocation, dependsOnClock } = verdict;
      const { position, source, caller } = finding;
      const place = position === undefined ? '' : `operation ${position}, `;
      return [
        ` in ${place}invocation ${invocation}`,
        describeFinding(finding),
        ...(dependsOnClock ? ['The code depends on the clock.'] : []),
        ...(source === undefined ? [] : [`at ${source}`]),
        ...(caller === undefined ? [] : [`called from ${caller}`]),
      ];
    }
  }
}

/** Returns the counts, and the differences with one example each. */
export function formatSummary({ counts, groups }: ReplaySummary): string {
  const { identical, continues, diverges, broken, skipped } = counts;
  const total = identical + continues + diverges + broken;
  const parts = [
    `${total} replayed`,
    `${identical} identical`,
    ...(continues > 0 ? [`${continues} continue`] : []),
    ...(diverges > 0 ? [`${diverges} diverge`] : []),
    ...(broken > 0 ? [`${broken} broken`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  const rows = groups.flatMap(({ count, difference, example, source, caller }) => [
    `${String(count).padStart(6)}  ${difference}`,
    ...[
      ...(source === undefined ? [] : [`at ${source}`]),
      ...(caller === undefined ? [] : [`called from ${caller}`]),
      `for example ${example}`,
    ].map((line) => dim(`        ${line}`)),
  ]);
  return [parts.join(' · '), ...rows].map((line) => `${line}\n`).join('');
}

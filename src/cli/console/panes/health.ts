import { type Finding, formatCount } from '../../../deploy/doctor/finding.ts';
import { quotaLines } from '../../metrics/metrics-text.ts';
import { formatAge } from '../../terminal/format-time.ts';
import { applyStyle, type TextStyle } from '../../terminal/output-guard.ts';
import { clip, printable } from '../../terminal/table.ts';
import type { PaneInput } from '../types.ts';
import { clipStyled, type Fact, formatFact, formatMissing, joinBlocks } from './pane-lines.ts';
import { formatStageDurations } from './stage-durations.ts';

/** Draws the health of the stack: problems with their fixes first, then the orders, the stages, the quotas and the passed checks. */
export function healthPane(input: PaneInput): readonly string[] {
  const { health, problems, metrics, snapshot, rows, columns, stream } = input;
  const findings = health ?? [];
  const quotas = quotaLines(snapshot.quotas, { stream, width: columns, label: input.label });
  const blocks = [
    [
      ...(health
        ? formatFact(summarize(findings), input)
        : formatMissing('the checks', problems?.health, input)),
      ...findingsOf(findings, 'error').flatMap((finding) => formatProblem(finding, input)),
      ...findingsOf(findings, 'warning').flatMap((finding) => formatProblem(finding, input)),
    ],
    orderFacts(input).flatMap((fact) => formatFact(fact, input)),
    metrics
      ? formatStageDurations(metrics, input)
      : formatMissing('the durations of the stages', problems?.metrics, input),
    snapshot.quotas.length > 0 ? quotas : [],
    findingsOf(findings, 'ok').map((finding) => formatPassed(finding, input)),
  ];
  return joinBlocks(blocks, rows).map((line) => clipStyled(line, columns));
}

const findingsOf = (findings: readonly Finding[], wanted: Finding['state']) =>
  findings.filter(({ state }) => state === wanted);

function summarize(findings: readonly Finding[]): Fact {
  const errors = findingsOf(findings, 'error').length;
  const warnings = findingsOf(findings, 'warning').length;
  const passed = `${findingsOf(findings, 'ok').length} ok`;
  const text = [formatCount(errors, 'error'), formatCount(warnings, 'warning'), passed].join(' · ');
  if (errors > 0) return { name: '✗ health', text, style: 'red' };
  if (warnings > 0) return { name: '! health', text, style: 'yellow' };
  return { name: '✓ health', text: `no problems · ${passed}`, style: 'green' };
}

/** Returns a finding as its state, its message and its fix. */
function formatProblem({ about, state, message, fix }: Finding, input: PaneInput): string[] {
  const [sign, style] = state === 'error' ? (['✗', 'red'] as const) : (['!', 'yellow'] as const);
  return [
    ...formatFact({ name: `${sign} ${state}`, text: `${about}: ${message}`, style }, input),
    ...(fix === undefined ? [] : formatFact({ name: '  fix', text: fix }, input)),
  ];
}

function formatPassed({ about, message }: Finding, { columns, stream }: PaneInput): string {
  const sign = applyStyle('green', '✓', stream);
  return `${sign} ${clip(`${about}: ${printable(message)}`, columns - 2)}`;
}

/** Returns the counts of the orders, the outages, the waits for providers and the dead-letter messages. */
function orderFacts({ snapshot, metrics, outages, now }: PaneInput): Fact[] {
  const { deadLetters, orders } = snapshot;
  const paused = metrics?.orders.paused ?? orders.filter(({ isPaused }) => isPaused).length;
  const ago = (at: string) => formatAge(now - Date.parse(at));
  const waits = metrics?.waiting.map(
    ({ provider, orders: count, since }) => `${provider} ${count} for ${ago(since)}`,
  );
  const down = outages?.map(({ provider, since }) => `${provider} for ${ago(since)}`);
  const attention = (style: TextStyle, isSet: boolean) => (isSet ? { style } : {});
  return [
    ...(metrics ? [{ name: 'last hour', text: formatCounts(metrics.orders) }] : []),
    { name: 'paused', text: String(paused), ...attention('yellow', paused > 0) },
    ...(down
      ? [
          {
            name: 'outages',
            text: down.join(' · ') || 'none',
            ...attention('red', down.length > 0),
          },
        ]
      : []),
    ...(waits && waits.length > 0
      ? [{ name: 'waiting', text: waits.join(' · '), style: 'yellow' } as const]
      : []),
    {
      name: 'dead-letter',
      text: deadLetters === undefined ? 'cannot be read' : formatCount(deadLetters, 'message'),
      ...attention('red', (deadLetters ?? 0) > 0),
    },
  ];
}

function formatCounts(counts: NonNullable<PaneInput['metrics']>['orders']): string {
  const { started, completed, failed, cancelled, running, inReview } = counts;
  const parts = { started, completed, failed, cancelled, running, 'in review': inReview };
  return Object.entries(parts)
    .filter(([name, count]) => count > 0 || name === 'started')
    .map(([name, count]) => `${count} ${name}`)
    .join(' · ');
}

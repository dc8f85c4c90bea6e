/** Describes what happens to running orders on `$LATEST` when new code is deployed: their next invocation runs it. */
import { describeFinding } from '../../replay/describe-finding.ts';
import type { Verdict } from '../../replay/verdict.ts';
import type { Replayed } from '../../replay/workers.ts';

/** Properties that the SDK compares. Another value ends the execution with this error. */
const comparedBySdk: ReadonlySet<string> = new Set(['type', 'name', 'sub type']);
const sdkError = 'NonDeterministicExecutionError';

/** Returns the lines about orders that resume on the new code, one per effect with an example; empty without such orders. */
export function describeResumption(replays: readonly Replayed[]): string {
  if (replays.length === 0) return '';
  const effects = new Map<string, Replayed[]>();
  for (const replayed of replays) {
    const effect = describeEffect(replayed.verdict);
    effects.set(effect, [...(effects.get(effect) ?? []), replayed]);
  }
  const rows = [...effects].map(([effect, affected]) => {
    const example = affected[0]?.execution.name ?? '';
    return `${String(affected.length).padStart(6)}  ${effect}, for example ${example}\n`;
  });
  const title = `Running orders on $LATEST, which would resume on the new code: ${replays.length}\n`;
  return [title, ...rows].join('');
}

function describeEffect(verdict: Verdict): string {
  switch (verdict.verdict) {
    case 'identical':
    case 'continues':
      return 'would continue as before';
    case 'skipped':
      return 'unknown, because the history cannot be read';
    case 'broken':
      return `cannot be replayed (${verdict.reason})`;
    case 'diverges': {
      const { finding } = verdict;
      const isRefused = finding.kind === 'changed' && comparedBySdk.has(finding.property ?? '');
      return isRefused
        ? `would fail with ${sdkError} (${describeFinding(finding)})`
        : `would continue with recorded results, but differently (${describeFinding(finding)})`;
    }
  }
}

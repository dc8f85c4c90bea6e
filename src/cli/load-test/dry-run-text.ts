/** Output of `orders load-test --dry-run`. */
import type { DryRun } from '../../orders/load-test/dry-run.ts';
import type { QuotaUse } from '../../orders/load-test/estimate.ts';
import { formatDuration } from '../terminal/format-time.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';
import { formatFacts, formatInteger, formatPercent, wrapNotes } from './fact-lines.ts';

/** Returns the estimate as text. */
export function formatDryRun(plan: DryRun, options: TableOptions): string {
  const { width = Number.POSITIVE_INFINITY } = options;
  const facts = formatFacts(buildFacts(plan), width);
  const quotas = formatTable(plan.quotas, quotaColumns, { ...options, header: true });
  const notes = [
    ...plan.quotas.filter(({ used, limit }) => used > limit).map(formatOverLimit),
    'Measured on a temporary local runtime. Nothing was submitted.',
    `Prices for us-east-2 as of ${plan.cost.pricesAsOf}, excluding free tiers.`,
  ];
  return `${facts.join('\n')}\n\n${quotas}\n${wrapNotes(notes, width).join('\n')}\n`;
}

function buildFacts(plan: DryRun): [string, string][] {
  const { orders, warmUp, isGuess, mix, seed, round, firstIds, work, cost } = plan;
  const about = isGuess ? 'about ' : '';
  const warmUpText = warmUp > 0 ? `, ${warmUp} of them for warm-up` : '';
  const shares = Object.entries(mix).map(([sample, n]) => `${sample} ${n}`);
  const total = cost.orders + cost.following;
  return [
    ['orders', `${about}${formatInteger(orders)}${warmUpText} (${shares.join(', ')})`],
    ['seed', round > 1 ? `${seed}, used before: round ${round}` : String(seed)],
    ['first ids', firstIds.join(' ')],
    ['submission', `${formatDuration(plan.submittingMs)} (${formatSubmitRate(plan)})`],
    ['until all have ended', `${formatDuration(plan.drainingMs)} more`],
    ['invocations', formatInteger(work.invocations)],
    ['durable operations', formatInteger(work.operations)],
    ['table writes', formatInteger(work.writes)],
    [
      'cost on AWS',
      `about ${formatDollars(total)}: orders ${formatDollars(cost.orders)} (simulated services ${formatDollars(cost.simulated)}), at most ${formatDollars(cost.following)} to watch them`,
    ],
  ];
}

function formatSubmitRate({ ratePerSecond, rampMs, concurrency, via }: DryRun): string {
  const channel = via === 'api' ? ', through the API' : '';
  if (ratePerSecond === undefined) return `${concurrency} in parallel${channel}`;
  const ramp = rampMs === undefined ? '' : ` after ${formatDuration(rampMs)}`;
  return `${Math.round(ratePerSecond * 100) / 100} per second${ramp}${channel}`;
}

const quotaColumns: readonly Column<QuotaUse>[] = [
  { title: 'QUOTA', text: ({ what }) => what, minWidth: 20 },
  { title: 'PEAK', text: ({ used }) => String(used), align: 'right' },
  { title: 'ACCOUNT', text: ({ limit }) => formatInteger(limit), align: 'right' },
  { title: '', text: ({ used, limit }) => `${formatPercent(used / limit)}%`, align: 'right' },
];

/** Returns the note for a quota that the test would exceed. */
const formatOverLimit = ({ what, limit }: QuotaUse) =>
  `! ${what}: the account has ${formatInteger(limit)}. Orders wait for each other; a lower --rate or --concurrency keeps within it.`;

/** Formats an amount with two decimals, or with four if it is below one dollar. */
function formatDollars(dollars: number): string {
  return `$${dollars.toFixed(dollars >= 1 || dollars === 0 ? 2 : 4)}`;
}

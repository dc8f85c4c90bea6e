/** How `orders load-test --dry-run` shows what a test would take. */
import type { DryRun } from '../../orders/load-test/dry-run.ts';
import type { QuotaUse } from '../../orders/load-test/estimate.ts';
import { formatDuration } from '../terminal/format-time.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';
import { wrap } from '../terminal/wrap.ts';

/** The text, for a person. */
export function formatDryRun(plan: DryRun, options: TableOptions): string {
  const { width = Number.POSITIVE_INFINITY } = options;
  const facts = factsOf(plan).flatMap(([what, value]) => factLines(what, { value, width }));
  const quotas = formatTable(plan.quotas, quotaColumns, { ...options, header: true });
  const notes = [
    ...plan.quotas.filter(({ used, limit }) => used > limit).map(overLimit),
    'Measured on a local runtime of its own. Nothing was submitted.',
    `Prices of us-east-2 on ${plan.cost.pricesAsOf}, without free tiers.`,
  ];
  const words = notes.flatMap((text) => wrap(text.split(' '), { width, indent: 0, by: ' ' }));
  return `${facts.join('\n')}\n\n${quotas}\n${words.join('\n')}\n`;
}

const titleWidth = 22;

/** A title and its value; where a line has no room for both, the value is below. */
function factLines(what: string, { value, width }: { value: string; width: number }): string[] {
  const isNarrow = width < 3 * titleWidth;
  const indent = isNarrow ? 2 : titleWidth;
  const [first = '', ...rest] = wrap(value.split(' '), { width, indent, by: ' ' });
  return isNarrow
    ? [what, first, ...rest]
    : [`${what.padEnd(titleWidth)}${first.trimStart()}`, ...rest];
}

function factsOf(plan: DryRun): [string, string][] {
  const { orders, warmUp, isGuess, mix, seed, round, firstIds, work, cost } = plan;
  const about = isGuess ? 'about ' : '';
  const before = warmUp > 0 ? `, ${warmUp} of them before the measured ones` : '';
  const parts = Object.entries(mix).map(([sample, n]) => `${sample} ${n}`);
  const sum = cost.orders + cost.following;
  return [
    ['orders', `${about}${whole(orders)}${before} (${parts.join(', ')})`],
    ['seed', round > 1 ? `${seed}, used there before: round ${round}` : String(seed)],
    ['first ids', firstIds.join(' ')],
    ['sending', `${formatDuration(plan.submittingMs)} (${paceOf(plan)})`],
    ['until the last ended', `${formatDuration(plan.drainingMs)} more`],
    ['invocations', whole(work.invocations)],
    ['durable operations', whole(work.operations)],
    ['writes to tables', whole(work.writes)],
    [
      'cost on AWS',
      `about ${money(sum)}: orders ${money(cost.orders)}, of it simulated services ${money(cost.simulated)}; at most ${money(cost.following)} to follow them`,
    ],
  ];
}

function paceOf({ ratePerSecond, rampMs, concurrency, via }: DryRun): string {
  const by = via === 'api' ? ', through the API' : '';
  if (ratePerSecond === undefined) return `${concurrency} at once${by}`;
  const rises = rampMs === undefined ? '' : ` after ${formatDuration(rampMs)}`;
  return `${Math.round(ratePerSecond * 100) / 100} a second${rises}${by}`;
}

const quotaColumns: readonly Column<QuotaUse>[] = [
  { title: 'QUOTA', text: ({ what }) => what, least: 20 },
  { title: 'PEAK', text: ({ used }) => String(used), align: 'right' },
  { title: 'ACCOUNT', text: ({ limit }) => whole(limit), align: 'right' },
  { title: '', text: ({ used, limit }) => `${percent(used / limit)}%`, align: 'right' },
];

/** What asks for more than there is waits, or is refused. */
const overLimit = ({ what, limit }: QuotaUse) =>
  `! ${what}: the account has ${whole(limit)}. Orders wait for each other; a lower --rate or --concurrency keeps within it.`;

const percent = (share: number) =>
  share < 0.1 ? (share * 100).toFixed(1) : Math.round(share * 100);
const whole = (value: number) => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');

/** Cents where there are any; else what there is. */
function money(dollars: number): string {
  return `$${dollars.toFixed(dollars >= 1 || dollars === 0 ? 2 : 4)}`;
}

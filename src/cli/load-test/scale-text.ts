/** Output of `orders load-test --dry-run --rate`: what a constant rate needs of each quota. */
import type { Adjustable } from '../../orders/scale/quotas.ts';
import type { Requirement } from '../../orders/scale/requirements.ts';
import type { RateSummary, ScalePlan } from '../../orders/scale/scale-plan.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';
import { formatFacts, formatInteger, formatPercent, wrapNotes } from './fact-lines.ts';

const secondsPerDay = 86_400;
/** Maximum width of the notes (columns). */
const maxNoteWidth = 80;

/** Returns the plan as text. */
export function formatScalePlan(plan: ScalePlan, options: TableOptions): string {
  const { width = Number.POSITIVE_INFINITY } = options;
  const quotas = formatTable(plan.requirements, quotaColumns, { ...options, header: true });
  const overview = formatTable(plan.overview, overviewColumns, { ...options, header: true });
  const facts = formatFacts(buildFacts(plan), width).join('\n');
  const notes = wrapNotes(buildNotes(plan), Math.min(width, maxNoteWidth)).join('\n');
  return `${facts}\n\n${quotas}\n${overview}\n${notes}\n`;
}

function buildFacts(plan: ScalePlan): [string, string][] {
  const { rate, region, via, first, divisions } = plan;
  const channel = via === 'api' ? ', through the API' : '';
  return [
    [
      'rate',
      `${formatRate(rate)} orders/s (${formatInteger(rate * secondsPerDay)} a day)${channel}`,
    ],
    ['region', region],
    ['first limit', `${first.what}, at ${formatRate(Math.floor(first.rate))} orders/s`],
    ['cost a day', `$${formatInteger(plan.dollarsPerDay)}`],
    ['log lines', `${formatInteger(plan.logEvents)}/s, ${formatMegabytes(plan.logBytes)}/s`],
    ['status events', `${formatInteger(plan.statusEvents)}/s`],
    ['accounts or Regions', `${divisions}, if no quota is raised`],
  ];
}

function buildNotes({ measuredOn, quotasAsOf, pricesAsOf, requirements }: ScalePlan): string[] {
  const asks = requirements.some(
    ({ verdict, adjustable }) => verdict === 'raise' && adjustable === 'ask',
  );
  return [
    ...(asks ? ['ask: AWS does not state whether it raises this quota.'] : []),
    `One order as measured on ${measuredOn}, quotas as of ${quotasAsOf}, prices for us-east-2 as of ${pricesAsOf}, excluding free tiers.`,
    'Nothing was started or submitted. To estimate a test: add --count or --duration.',
  ];
}

const adjustableTexts: Readonly<Record<Adjustable, string>> = {
  yes: 'yes',
  ask: 'ask',
  setting: 'setting',
  no: 'no',
};

const quotaColumns: readonly Column<Requirement>[] = [
  { title: 'QUOTA', text: ({ what }) => what, minWidth: 14 },
  {
    title: 'NEEDED',
    text: ({ needed }) => formatInteger(needed),
    align: 'right',
    dropPriority: 1,
  },
  {
    title: 'DEFAULT',
    text: ({ limit }) => formatInteger(limit),
    align: 'right',
    dropPriority: 2,
  },
  {
    title: 'ADJUSTABLE',
    text: ({ adjustable }) => adjustableTexts[adjustable],
    dropPriority: 3,
  },
  {
    title: 'VERDICT',
    text: formatVerdict,
    style: ({ verdict }) => (verdict === 'within' ? undefined : 'red'),
  },
];

function formatVerdict({ verdict, needed, limit, adjustable, fix }: Requirement): string {
  if (verdict === 'within') return `${formatPercent(needed / limit)} %`;
  if (verdict === 'set') return fix ?? '';
  if (verdict === 'exceeded') return 'divide';
  return `${adjustable === 'ask' ? 'ask for' : 'request'} ${formatInteger(needed)}`;
}

const overviewColumns: readonly Column<RateSummary>[] = [
  { title: 'ORDERS/S', text: ({ rate }) => formatInteger(rate), align: 'right' },
  {
    title: 'CONCURRENT',
    text: ({ concurrency }) => formatInteger(concurrency),
    align: 'right',
    dropPriority: 2,
  },
  {
    title: 'CHECKPOINTS/S',
    text: ({ checkpoints }) => formatInteger(checkpoints),
    align: 'right',
    dropPriority: 4,
  },
  {
    title: 'WRITES/S',
    text: ({ tableWrites }) => formatInteger(tableWrites),
    align: 'right',
    dropPriority: 3,
  },
  {
    title: 'LISTING',
    text: ({ listingShards }) => formatInteger(listingShards),
    align: 'right',
    dropPriority: 5,
  },
  {
    title: 'STOCK',
    text: ({ stockShards }) => formatInteger(stockShards),
    align: 'right',
    dropPriority: 6,
  },
  { title: 'TOO LOW', text: ({ exceeded }) => String(exceeded.length), align: 'right' },
  { title: '$/DAY', text: ({ dollarsPerDay }) => formatInteger(dollarsPerDay), align: 'right' },
];

const formatRate = (rate: number) =>
  rate >= 10 ? formatInteger(rate) : String(Math.round(rate * 100) / 100);
const formatMegabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** Formats the plan of a deployment. */
import { formatShare } from '../../deploy/canary/release.ts';
import { isAccessChange, type PlannedChange } from '../../deploy/planned-changes.ts';
import type { ValueChange } from '../../deploy/value-changes.ts';
import { clip, formatTable, printable } from '../terminal/table.ts';

/** The kinds of change that a plan distinguishes, in the order of the summary. */
const effects = {
  add: { sign: '+', color: 'green', text: () => 'to add' },
  publish: {
    sign: '+',
    color: 'green',
    text: (count: number) => `${count === 1 ? 'version' : 'versions'} to publish`,
  },
  modify: { sign: '~', color: 'yellow', text: () => 'to change' },
  replace: { sign: '±', color: 'red', text: () => 'to replace' },
  remove: { sign: '-', color: 'red', text: () => 'to remove' },
  keep: { sign: '-', color: 'dim', text: () => 'to keep outside the stack' },
} as const;

/**
 * Returns what a change does. CloudFormation replaces or adds a function version in order to publish one, and a resource that the
 * template retains leaves the stack without being deleted: neither loses anything.
 */
function effectOf({ action, type, retained }: PlannedChange): keyof typeof effects {
  if (action === 'remove') return retained ? 'keep' : 'remove';
  const isVersion = type === 'AWS::Lambda::Version';
  return isVersion && action !== 'modify' ? 'publish' : action;
}

/** Number of changed values that are listed for one resource. */
const maxValues = 8;
/** Length of a value above which only its name is listed. */
const maxValueLength = 60;

/** CloudFormation's text for a value of a resource that does not exist yet. */
const unknownValue = '{{changeSet:KNOWN_AFTER_APPLY}}';

export interface PlanContext {
  /** Parameters whose values change. */
  readonly parameters?: readonly ValueChange[];
  /** Running orders that keep their current version; 0 if the deployment publishes no version. */
  readonly staying: number;
  /** Whether the deployment publishes a version of a durable function. */
  readonly publishes?: boolean;
  /** Share of new orders that run the new version (0 to 1). Default: all. */
  readonly share?: number | undefined;
  readonly stream: NodeJS.WriteStream;
}

/** Returns the plan as text: changed resources, changed permissions, and the effect on running orders. */
export function formatPlan(
  changes: readonly PlannedChange[],
  { parameters = [], staying, publishes = false, share = 1, stream }: PlanContext,
): string {
  const values = parameters.map((parameter) => `  ${formatValueChange(parameter)}\n`);
  if (changes.length === 0) return [...values, 'Only stack outputs or settings change.\n'].join('');
  const others = changes.filter((change) => !isAccessChange(change));
  const access = changes.filter(isAccessChange);
  return [
    `${formatPlanSummary(changes)}\n`,
    ...values,
    formatChanges(others, stream),
    ...(access.length > 0 ? ['Permissions change:\n', formatChanges(access, stream)] : []),
    ...(publishes ? [formatPublication(share)] : []),
    ...(staying > 0
      ? [
          `${staying} running ${staying === 1 ? 'order finishes on its' : 'orders finish on their'} current version.\n`,
        ]
      : []),
  ].join('');
}

function formatPublication(share: number): string {
  if (share === 1) return 'Publishes a version: new orders run on it.\n';
  return `Publishes a version: ${formatShare(share)} of new orders run on it until it is judged.\n`;
}

/** Returns the number of changes by effect: `3 to add, 1 version to publish, 1 to change`. */
export function formatPlanSummary(changes: readonly PlannedChange[]): string {
  return (Object.keys(effects) as (keyof typeof effects)[])
    .map(
      (effect) => [changes.filter((change) => effectOf(change) === effect).length, effect] as const,
    )
    .filter(([count]) => count > 0)
    .map(([count, effect]) => `${count} ${effects[effect].text(count)}`)
    .join(', ');
}

/** Returns the changes as rows, each followed by its changed values. */
function formatChanges(changes: readonly PlannedChange[], stream: NodeJS.WriteStream): string {
  const width = stream.isTTY ? stream.columns : undefined;
  const rows = formatTable(
    changes,
    [
      {
        title: '',
        text: (change) => `  ${effects[effectOf(change)].sign}`,
        style: (change) => effects[effectOf(change)].color,
      },
      { title: '', text: ({ logicalId }) => logicalId, minWidth: 16 },
      { title: '', text: ({ kind }) => kind },
      { title: '', text: formatDetail, minWidth: 12 },
    ],
    { header: false, width, stream },
  ).split('\n');
  return changes
    .map((change, index) => {
      const values = listValues(change).map((text) => `       ${clip(text, (width ?? 200) - 7)}\n`);
      return `${rows[index]}\n${values.join('')}`;
    })
    .join('');
}

function formatDetail(change: PlannedChange): string {
  const { maybe, properties } = change;
  const effect = effectOf(change);
  const shown = new Set(shownValues(change).map(({ name }) => name.split('.')[0] ?? ''));
  const names = properties.filter((name) => !shown.has(name)).join(', ');
  if (effect === 'publish') return '';
  if (effect === 'replace') {
    return `${maybe ? 'possibly replaced' : 'replaced'}: ${properties.join(', ')}`;
  }
  return effect === 'keep' ? 'kept outside the stack' : names;
}

/** Returns the values that fit on a line. */
function shownValues({ values }: PlannedChange): ValueChange[] {
  const fits = (value = '') => value.length <= maxValueLength && !value.includes('\n');
  return values.filter(({ before, after }) => fits(before) && fits(after));
}

function listValues(change: PlannedChange): string[] {
  const values = shownValues(change);
  const more = values.length - maxValues;
  return [
    ...values.slice(0, maxValues).map(formatValueChange),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ];
}

/** Returns `MemorySize 512 → 640`. */
function formatValueChange({ name, before, after }: ValueChange): string {
  const show = (value: string) =>
    value === '' ? '""' : printable(value.replaceAll(unknownValue, '(known later)'));
  if (after === undefined) return `${name} ${show(before ?? '')} → none`;
  return before === undefined
    ? `${name} ${show(after)}`
    : `${name} ${show(before)} → ${show(after)}`;
}

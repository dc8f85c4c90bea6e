/** Formats the plan of a deployment. */
import { isAccessChange, type PlannedChange } from '../../deploy/planned-changes.ts';
import { formatTable } from '../terminal/table.ts';

const signs = { add: '+', modify: '~', replace: '±', remove: '-' } as const;
const actionTexts = {
  add: 'to add',
  modify: 'to change',
  replace: 'to replace',
  remove: 'to remove',
};
const colors = { add: 'green', modify: 'yellow', replace: 'red', remove: 'red' } as const;

export interface PlanContext {
  /** Running orders that keep their current version; 0 if the deployment publishes no version. */
  readonly staying: number;
  /** Whether the deployment publishes a version of a durable function. */
  readonly publishes?: boolean;
  readonly stream: NodeJS.WriteStream;
}

/** Returns the plan as text: changed resources, changed permissions, and the effect on running orders. */
export function formatPlan(
  changes: readonly PlannedChange[],
  { staying, publishes = false, stream }: PlanContext,
): string {
  if (changes.length === 0) return 'Only stack outputs or settings change.\n';
  const others = changes.filter((change) => !isAccessChange(change));
  const access = changes.filter(isAccessChange);
  return [
    `${formatSummary(changes)}\n`,
    formatChanges(others, stream),
    ...(access.length > 0 ? ['Permissions change:\n', formatChanges(access, stream)] : []),
    ...(publishes ? ['Publishes a version: new orders run on it.\n'] : []),
    ...(staying > 0
      ? [
          `${staying} running ${staying === 1 ? 'order finishes on its' : 'orders finish on their'} current version.\n`,
        ]
      : []),
  ].join('');
}

/** Returns the number of changes by action: `3 to add, 1 to change`. */
function formatSummary(changes: readonly PlannedChange[]): string {
  return (Object.keys(actionTexts) as (keyof typeof actionTexts)[])
    .map((action) => [changes.filter((change) => change.action === action).length, action] as const)
    .filter(([count]) => count > 0)
    .map(([count, action]) => `${count} ${actionTexts[action]}`)
    .join(', ');
}

function formatChanges(changes: readonly PlannedChange[], stream: NodeJS.WriteStream): string {
  return formatTable(
    changes,
    [
      {
        title: '',
        text: ({ action }) => `  ${signs[action]}`,
        style: ({ action }) => colors[action],
      },
      { title: '', text: ({ logicalId }) => logicalId, minWidth: 16 },
      { title: '', text: ({ kind }) => kind },
      { title: '', text: formatDetail, minWidth: 12 },
    ],
    { header: false, width: stream.isTTY ? stream.columns : undefined, stream },
  );
}

function formatDetail({ action, maybe, properties, retained }: PlannedChange): string {
  const names = properties.join(', ');
  if (action === 'replace') return `${maybe ? 'possibly replaced' : 'replaced'}: ${names}`;
  return action === 'remove' && retained ? 'kept outside the stack' : names;
}

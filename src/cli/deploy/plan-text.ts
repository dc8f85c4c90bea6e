/** What a deployment would change, for people. */
import { isAccess, type PlannedChange } from '../../deploy/planned-changes.ts';
import { formatTable } from '../terminal/table.ts';

const signs = { add: '+', modify: '~', replace: '±', remove: '-' } as const;
const words = { add: 'to add', modify: 'to change', replace: 'to replace', remove: 'to remove' };
const colors = { add: 'green', modify: 'yellow', replace: 'red', remove: 'red' } as const;

export interface PlanContext {
  /** Orders on their way that stay on the version that they began with; 0 when no version is published. */
  readonly staying: number;
  readonly stream: NodeJS.WriteStream;
}

/** The plan as lines: resources, then changes of access apart, then what it means for orders on their way. */
export function describePlan(
  changes: readonly PlannedChange[],
  { staying, stream }: PlanContext,
): string {
  if (changes.length === 0) return 'Only outputs or settings of the stack change.\n';
  const others = changes.filter((each) => !isAccess(each));
  const access = changes.filter(isAccess);
  return [
    `${summary(changes)}\n`,
    table(others, stream),
    ...(access.length > 0 ? ['Who may do what changes:\n', table(access, stream)] : []),
    ...(staying > 0
      ? [
          `${staying} ${staying === 1 ? 'order on the way ends' : 'orders on the way end'} on the present version.\n`,
        ]
      : []),
  ].join('');
}

/** `3 to add, 1 to change`. */
function summary(changes: readonly PlannedChange[]): string {
  return (Object.keys(words) as (keyof typeof words)[])
    .map((action) => [changes.filter((each) => each.action === action).length, action] as const)
    .filter(([count]) => count > 0)
    .map(([count, action]) => `${count} ${words[action]}`)
    .join(', ');
}

function table(changes: readonly PlannedChange[], stream: NodeJS.WriteStream): string {
  return formatTable(
    changes,
    [
      {
        title: '',
        text: ({ action }) => `  ${signs[action]}`,
        style: ({ action }) => colors[action],
      },
      { title: '', text: ({ logicalId }) => logicalId, least: 16 },
      { title: '', text: ({ kind }) => kind },
      { title: '', text: detail, least: 12 },
    ],
    { header: false, width: stream.isTTY ? stream.columns : undefined, stream },
  );
}

function detail({ action, maybe, properties, retained }: PlannedChange): string {
  const names = properties.join(', ');
  if (action === 'replace') return `${maybe ? 'replaced, perhaps' : 'replaced'}: ${names}`;
  return action === 'remove' && retained ? 'stays, outside the stack' : names;
}

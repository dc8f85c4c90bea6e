import { formatShare } from '../../deploy/canary/release.ts';
import type { Version } from '../../deploy/versions.ts';
import { formatAge } from '../terminal/format-time.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';

/** Returns the versions as a table. */
export function formatVersions(
  versions: readonly Version[],
  { now, ...options }: TableOptions & { readonly now: number },
): string {
  const columns: readonly Column<Version>[] = [
    { title: 'FUNCTION', text: ({ of: role }) => role },
    { title: 'VERSION', text: ({ version }) => version, align: 'right' },
    {
      title: 'STATE',
      text: formatState,
      style: ({ live, share }) => (live ? 'green' : share === undefined ? 'dim' : 'yellow'),
    },
    {
      title: 'RUNNING',
      text: ({ running }) => String(running),
      align: 'right',
      style: ({ running }) => (running > 0 ? 'cyan' : 'dim'),
    },
    {
      title: 'AGE',
      text: ({ published }) => formatAge(Math.max(0, now - Date.parse(published))),
      dropPriority: 1,
    },
    {
      title: 'DESCRIPTION',
      text: ({ description }) => labelResources(description),
      minWidth: 12,
      dropPriority: 2,
    },
  ];
  return formatTable(versions, columns, options);
}

/** The role and the tables at the end of a version's description, in the order of the template. */
const describedResources = ['role', 'orders', 'products', 'payments', 'loyalty', 'calls'] as const;
/** The id of a role begins with this. */
const roleIdPrefix = 'AROA';

/** Returns the description of a version with labels before the ids, which the template leaves out because Lambda limits its length. */
export function labelResources(description: string): string {
  const words = description.split(' ');
  const start = words.findIndex((word) => word.startsWith(roleIdPrefix));
  if (start < 0) return description;
  const label = (word: string, index: number) => {
    const name = describedResources[index - start];
    return name === undefined ? word : `${name}=${word}`;
  };
  return words.map(label).join(' ');
}

function formatState({ live, share }: Version): string {
  if (share === undefined) return live ? 'live' : 'old';
  return `${live ? 'live' : 'canary'} ${formatShare(share)}`;
}

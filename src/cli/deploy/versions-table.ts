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
      text: ({ live }) => (live ? 'live' : 'old'),
      style: ({ live }) => (live ? 'green' : undefined),
    },
    { title: 'RUNNING', text: ({ running }) => String(running), align: 'right' },
    {
      title: 'AGE',
      text: ({ published }) => formatAge(Math.max(0, now - Date.parse(published))),
      dropPriority: 1,
    },
    { title: 'DESCRIPTION', text: ({ description }) => description, minWidth: 12, dropPriority: 2 },
  ];
  return formatTable(versions, columns, options);
}

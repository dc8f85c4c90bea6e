import type { Version } from '../../deploy/versions.ts';
import { formatAge } from '../terminal/format-time.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';

/** Versions as a table, one a line. */
export function formatVersions(
  versions: readonly Version[],
  { now, ...options }: TableOptions & { readonly now: number },
): string {
  const columns: readonly Column<Version>[] = [
    { title: 'FUNCTION', text: (each) => each.of },
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
      leave: 1,
    },
    { title: 'DESCRIPTION', text: ({ description }) => description, least: 12, leave: 2 },
  ];
  return formatTable(versions, columns, options);
}

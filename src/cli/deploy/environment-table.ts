import type { KnownEnvironment } from '../../environment/known-environments.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';

const columns: readonly Column<KnownEnvironment>[] = [
  { title: '', text: ({ isDefault }) => (isDefault ? '*' : ' ') },
  { title: 'NAME', text: ({ name }) => name },
  { title: 'REGION', text: ({ region }) => region },
  { title: 'STACK', text: ({ stack }) => stack, minWidth: 12 },
  { title: 'PROFILE', text: ({ profile = '' }) => profile, dropPriority: 2 },
  { title: 'ENDPOINT', text: ({ endpoint = '' }) => endpoint, dropPriority: 1 },
  {
    title: 'PROTECTED',
    text: (environment) => (environment.protected ? 'yes' : ''),
    dropPriority: 3,
  },
];

/** Returns the environments as a table. `*` marks the default. */
export function formatEnvironments(
  environments: readonly KnownEnvironment[],
  options: TableOptions,
): string {
  return formatTable(environments, columns, options);
}

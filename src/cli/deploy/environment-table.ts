import type { KnownEnvironment } from '../../environment/known-environments.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';

const columns: readonly Column<KnownEnvironment>[] = [
  { title: '', text: ({ isDefault }) => (isDefault ? '*' : ' ') },
  { title: 'NAME', text: ({ name }) => name },
  { title: 'REGION', text: ({ region }) => region },
  { title: 'STACK', text: ({ stack }) => stack, least: 12 },
  { title: 'PROFILE', text: ({ profile = '' }) => profile, leave: 2 },
  { title: 'ENDPOINT', text: ({ endpoint = '' }) => endpoint, leave: 1 },
  { title: 'PROTECTED', text: (each) => (each.protected ? 'yes' : ''), leave: 3 },
];

/** Environments as a table; `*` marks the one that is meant when none is named. */
export function formatEnvironments(
  environments: readonly KnownEnvironment[],
  options: TableOptions,
): string {
  return formatTable(environments, columns, options);
}

import type { SettingOrigin } from '../../environment/setting-origins.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';

const columns: readonly Column<SettingOrigin>[] = [
  { title: 'SETTING', text: ({ name }) => name },
  { title: 'VALUE', text: ({ value = '-' }) => String(value), minWidth: 12 },
  {
    title: 'ORIGIN',
    text: ({ origin, source }) => (source === undefined ? origin : `${origin} (${source})`),
  },
];

/** Returns the settings of an environment and their origins as a table. */
export function formatSettings(settings: readonly SettingOrigin[], options: TableOptions): string {
  return formatTable(settings, columns, options);
}

import type { Pane, PaneName } from '../types.ts';
import { dataPane } from './data.ts';
import { healthPane } from './health.ts';
import { historyPane } from './history.ts';
import { logsPane } from './logs.ts';
import { orderPane } from './order.ts';

/** The panes of the console, except the list, which the screen draws. */
export const panes: Readonly<Record<Exclude<PaneName, 'list'>, Pane>> = {
  order: orderPane,
  history: historyPane,
  logs: logsPane,
  data: dataPane,
  health: healthPane,
};

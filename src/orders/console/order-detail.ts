/** What the console shows of one order. */
import type { PublicOrder } from '../../../functions/contract/public-order.ts';
import type { ExecutionActivity } from '../../workflow/work.ts';
import type { LogEntry } from '../logs/entry.ts';
import type { OrderView } from '../lookup/get.ts';
import type { HistoryReport } from '../lookup/history.ts';

/** The parts of an order that the console can read. Only the parts of the open pane are read. */
export type DetailPart = 'order' | 'history' | 'logs';

export interface OrderDetail {
  readonly orderId: string;
  /** The record and the execution, as `orders get` shows them. Absent until read. */
  readonly view?: OrderView | undefined;
  /** The order without personal data and order lines, if only that may be read. `view` is then absent. */
  readonly publicOrder?: PublicOrder | undefined;
  /** The activity of the execution, from its history. */
  readonly activity?: ExecutionActivity | undefined;
  readonly report?: HistoryReport | undefined;
  /** The newest log lines, oldest first. */
  readonly logs?: readonly LogEntry[] | undefined;
  /** Why a part cannot be read, for example without permission. */
  readonly problems: Readonly<Partial<Record<DetailPart, string>>>;
}

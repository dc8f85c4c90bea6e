/** Contracts between the console's screen, its panes and its actions. */

import type { Finding } from '../../deploy/doctor/finding.ts';
import type { Stack } from '../../environment/stack.ts';
import type { Outage } from '../../orders/actions/outages.ts';
import type { OrderDetail } from '../../orders/console/order-detail.ts';
import type { ConsoleOrder, ConsoleSnapshot } from '../../orders/console/snapshot.ts';
import type { Metrics } from '../../orders/metrics/metrics.ts';

export type PaneName = 'list' | 'order' | 'history' | 'logs' | 'data' | 'health';

/** What a pane draws from. Personal data is hidden unless `showsPersonal`. */
export interface PaneInput {
  readonly snapshot: ConsoleSnapshot;
  /** The opened order; absent in the list and in the stack's health. */
  readonly detail?: OrderDetail | undefined;
  /** Findings of the doctor; absent until they are read. */
  readonly health?: readonly Finding[] | undefined;
  /** Figures of the last hour, with the durations of the stages; absent until they are read. Only for the stack's health. */
  readonly metrics?: Metrics | undefined;
  /** Outages of simulated providers, read with the metrics. */
  readonly outages?: readonly Outage[] | undefined;
  /** Why the findings or the metrics cannot be read, for example without permission. */
  readonly problems?: Readonly<Partial<Record<'health' | 'metrics', string>>> | undefined;
  readonly showsPersonal: boolean;
  /** Label of the target, for example `local (time ×60)`. */
  readonly label: string;
  readonly timeScale: number;
  readonly stream: NodeJS.WriteStream;
  readonly columns: number;
  readonly rows: number;
  /** ms since the epoch. */
  readonly now: number;
}

/**
 * Draws a pane as lines of at most `columns`. There may be more lines than rows: the screen scrolls them. New log lines are added below:
 * the screen shows their last lines first.
 */
export type Pane = (input: PaneInput) => readonly string[];

export interface ActionResult {
  readonly orderId: string;
  readonly ok: boolean;
  /** What happened, for example `cancellation requested; takes effect at the next stage`. */
  readonly message: string;
}

export interface ActionInput {
  readonly label: string;
  readonly isRequired: boolean;
  /** Maximum number of characters. */
  readonly maxLength: number;
}

/** Something that the console does with the selected orders. */
export interface ConsoleAction {
  /** Name of the command that does the same, for example `cancel`. */
  readonly name: string;
  readonly key: string;
  /** Line of the help. */
  readonly summary: string;
  /** Whether it changes orders. Then a protected environment requires its name. */
  readonly isChange: boolean;
  /** Returns why the action does not apply to an order, as the end of a sentence about it, or undefined if it does. */
  readonly refusal: (order: ConsoleOrder) => string | undefined;
  /** Describes in one or two sentences what will happen to these orders; shown before a change. */
  readonly describe: (orders: readonly ConsoleOrder[]) => string;
  /**
   * Reads what exactly would happen, for example the mismatches that a repair corrects; lines for the question, shown below the
   * description. An order that cannot be read has a line with the reason.
   */
  readonly plan?:
    | ((stack: Stack, orders: readonly ConsoleOrder[]) => Promise<readonly string[]>)
    | undefined;
  /** A text that the action needs, for example a reason; the screen asks for it. */
  readonly input?: ActionInput | undefined;
  /** Carries it out, order by order. A failure of one order is a result; others are still carried out. */
  readonly run: (
    stack: Stack,
    orders: readonly ConsoleOrder[],
    input: string | undefined,
  ) => Promise<readonly ActionResult[]>;
}

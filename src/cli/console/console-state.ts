/** The state of the console's screen, and the changes that do not depend on a key. Pure. */
import type { ConsoleOrder } from '../../orders/console/snapshot.ts';
import { type ColumnName, defaultColumns } from './list-columns.ts';
import type { ListSort } from './order-filter.ts';
import type { ActionResult, ConsoleAction, PaneName } from './types.ts';

export interface Message {
  /** ms since the epoch. */
  readonly at: number;
  readonly kind: 'done' | 'failed' | 'note';
  readonly text: string;
}

/** An action before the user has confirmed it. */
export interface PendingAction {
  readonly action: ConsoleAction;
  readonly orders: readonly ConsoleOrder[];
  /** The selected orders to which the action does not apply, with the reason. */
  readonly refused: readonly { readonly orderId: string; readonly reason: string }[];
  /** The text that the action needs. */
  readonly input?: string | undefined;
  /** What exactly would happen, for actions that read this first; absent until it is read. */
  readonly plan?: readonly string[] | undefined;
}

/** The input line, or a question. */
export type Prompt =
  /** `previous` is the filter that Esc restores. */
  | { readonly kind: 'filter'; readonly text: string; readonly previous: string }
  | { readonly kind: 'command'; readonly text: string }
  | { readonly kind: 'input'; readonly text: string; readonly pending: PendingAction }
  | { readonly kind: 'name'; readonly text: string; readonly pending: PendingAction }
  | { readonly kind: 'confirm'; readonly text: ''; readonly pending: PendingAction };

export interface ConsoleState {
  readonly pane: PaneName;
  /** The selected order, which stays selected when its row moves. The panes of one order show it. Absent: the first row. */
  readonly cursor?: string | undefined;
  /** Index of the first visible row of the list. */
  readonly top: number;
  /** Ids of the orders that are marked for an action. */
  readonly marked: ReadonlySet<string>;
  readonly filter: string;
  /** Absent: orders that need attention first. */
  readonly sort?: ListSort | undefined;
  readonly columns: readonly ColumnName[];
  /** Index of the first visible line of the other panes. At `end`, new lines stay visible. */
  readonly scroll: number | 'end';
  readonly showsPersonal: boolean;
  readonly overlay?: 'help' | 'messages' | undefined;
  readonly prompt?: Prompt | undefined;
  /** The newest last. */
  readonly messages: readonly Message[];
  /** The action that is being carried out. */
  readonly running?: string | undefined;
}

export const initialState: ConsoleState = {
  pane: 'list',
  top: 0,
  marked: new Set(),
  filter: '',
  columns: defaultColumns,
  scroll: 0,
  showsPersonal: false,
  messages: [],
};

/** What the last frame showed, and what the keys refer to. */
export interface ConsoleView {
  /** Ids of the orders that match the filter, in the order of the list. */
  readonly ids: readonly string[];
  readonly find: (orderId: string) => ConsoleOrder | undefined;
  /** Number of rows or lines of the pane on the screen. */
  readonly pageSize: number;
  /** Largest offset to which the lines of the pane, or of the help over it, can be scrolled. */
  readonly maxScroll: number;
  readonly actions: readonly ConsoleAction[];
  readonly environment: { readonly name: string; readonly protected?: boolean };
  /** ms since the epoch. */
  readonly now: number;
}

/** A side effect of a key, in addition to the change of the state. */
export type Effect =
  | { readonly type: 'quit' }
  /** Reads what exactly the action would do. */
  | { readonly type: 'plan'; readonly pending: PendingAction }
  | {
      readonly type: 'run';
      readonly action: ConsoleAction;
      readonly orders: readonly ConsoleOrder[];
      readonly input: string | undefined;
    };

export interface Step {
  readonly state: ConsoleState;
  readonly effect?: Effect;
}

/** Panes that show the selected order. */
export const orderPanes: ReadonlySet<PaneName> = new Set(['order', 'history', 'logs', 'data']);

/** Number of messages that are kept. */
const maxMessages = 100;

/** Returns the selected order: that of the cursor, or the first visible row if it is not in the list or has left it. */
export function selectedId(
  { pane, cursor, top }: ConsoleState,
  { ids }: Pick<ConsoleView, 'ids'>,
): string | undefined {
  if (cursor !== undefined && (orderPanes.has(pane) || ids.includes(cursor))) return cursor;
  return ids[Math.min(top, ids.length - 1)];
}

export function addMessage(
  state: ConsoleState,
  kind: Message['kind'],
  { text, now }: { readonly text: string; readonly now: number },
): ConsoleState {
  return {
    ...state,
    messages: [...state.messages, { at: now, kind, text }].slice(-maxMessages),
  };
}

/** Shows a pane. A pane of one order requires an order: without one, only a message is shown. */
export function openPane(state: ConsoleState, pane: PaneName, view: ConsoleView): ConsoleState {
  const cursor = selectedId(state, view);
  if (orderPanes.has(pane) && cursor === undefined)
    return addMessage(state, 'note', { text: 'there is no order to show', now: view.now });
  return {
    ...state,
    pane,
    cursor: orderPanes.has(pane) ? cursor : state.cursor,
    scroll: pane === 'logs' ? 'end' : 0,
    overlay: undefined,
    // Personal data is shown only as long as it is looked at.
    showsPersonal: pane === 'data' && state.pane === 'data' && state.showsPersonal,
  };
}

/** Shows another order in the panes of one order. */
export function openOrder(state: ConsoleState, orderId: string, view: ConsoleView): ConsoleState {
  const pane = orderPanes.has(state.pane) ? state.pane : 'order';
  return openPane({ ...state, cursor: orderId, pane, showsPersonal: false }, pane, {
    ...view,
    ids: [orderId],
  });
}

/** Closes the innermost thing that is open: the help, the pane, the marks or the filter. */
export function goBack(state: ConsoleState): ConsoleState {
  if (state.overlay) return { ...state, overlay: undefined, scroll: 0 };
  if (state.pane !== 'list') return { ...state, pane: 'list', scroll: 0, showsPersonal: false };
  if (state.marked.size > 0) return { ...state, marked: new Set() };
  return { ...state, filter: '', top: 0 };
}

/** Adds the results of an action as messages, and removes the marks of the orders for which it succeeded. */
export function addResults(
  state: ConsoleState,
  results: readonly ActionResult[],
  { name, now }: { readonly name: string; readonly now: number },
): ConsoleState {
  const done = new Set(results.filter(({ ok }) => ok).map(({ orderId }) => orderId));
  const failed = results.length - done.size;
  let next: ConsoleState = { ...state, running: undefined };
  for (const { orderId, ok, message } of results)
    next = addMessage(next, ok ? 'done' : 'failed', { text: `${orderId}: ${message}`, now });
  if (results.length > 1) {
    const text = `${name}: ${done.size} done${failed > 0 ? `, ${failed} failed` : ''} (M: all messages)`;
    next = addMessage(next, failed > 0 ? 'failed' : 'done', { text, now });
  }
  return { ...next, marked: new Set([...next.marked].filter((orderId) => !done.has(orderId))) };
}

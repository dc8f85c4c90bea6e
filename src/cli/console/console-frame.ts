/** Puts the lines of the screen together: the header, the tabs, the pane and the footer. */
import type { ConsoleSnapshot } from '../../orders/console/snapshot.ts';
import type { Size } from '../../views/draw.ts';
import { applyStyle } from '../terminal/output-guard.ts';
import { dim } from '../terminal/terminal.ts';
import { paneNames } from './commands.ts';
import { type ConsoleState, type ConsoleView, orderPanes } from './console-state.ts';
import { formatFooter } from './footer.ts';
import { formatHeader, formatQuotas } from './header.ts';
import { formatHelp, formatMessages } from './help.ts';
import { ListBody } from './list-body.ts';
import { ListedOrders, type OrderList } from './listed-orders.ts';
import { clipStyled } from './panes/pane-lines.ts';
import { alignRight } from './styled-line.ts';
import type { ConsoleAction, Pane, PaneInput, PaneName } from './types.ts';

/** All data read so far. */
export type ConsoleData = Pick<
  PaneInput,
  'detail' | 'health' | 'metrics' | 'outages' | 'problems'
> & { readonly snapshot?: ConsoleSnapshot | undefined };

export interface FrameOptions {
  readonly label: string;
  readonly timeScale: number;
  readonly environment: { readonly name: string; readonly protected?: boolean };
  readonly stream: NodeJS.WriteStream;
  readonly actions: readonly ConsoleAction[];
  readonly panes: Readonly<Record<Exclude<PaneName, 'list'>, Pane>>;
  /** Command that submits an order, shown while there is none. */
  readonly submitCommand: string;
}

export interface Frame {
  readonly lines: readonly string[];
  readonly view: ConsoleView;
  /** Index of the first visible row of the list. */
  readonly top: number;
}

/** Screens with fewer rows show neither tabs nor rates. */
const minRoomyRows = 16;

/** A pane as a part of the screen. */
interface Body {
  readonly lines: readonly string[];
  readonly maxScroll: number;
  /** The visible part, for example `1-17 of 500`. */
  readonly position: string;
  readonly top?: number;
}

interface Space extends Size {
  /** ms since the epoch. */
  readonly now: number;
}

/** Renders frames. Remembers the sorted list and the widths of its columns from frame to frame. */
export class ConsoleFrame {
  readonly #options: FrameOptions;
  readonly #listed = new ListedOrders();
  readonly #listBody = new ListBody();
  /** What the last frame showed. */
  #shown:
    | (Pick<ConsoleState, 'pane' | 'overlay'> & Pick<ConsoleView, 'pageSize' | 'maxScroll'>)
    | undefined;

  constructor(options: FrameOptions) {
    this.#options = options;
  }

  /** Returns the lines of the screen, at most as many as it has rows. */
  render(state: ConsoleState, data: ConsoleData, { columns, rows, now }: Space): Frame {
    const { stream, label, environment, actions } = this.#options;
    const { snapshot } = data;
    const isShort = rows < minRoomyRows;
    const isProtected = environment.protected ?? false;
    const target = { label, isProtected };
    const header = formatHeader({ snapshot, ...target, stream, columns, isShort, now });
    const list = this.#listed.select(snapshot, state);
    const base = { ids: list.ids, find: list.find, actions, environment, now };
    const quotas = formatQuotas(snapshot?.quotas ?? [], columns);
    const quotaUse = header[0]?.includes(quotas) ? '' : quotas;
    const title = isShort ? (state.overlay ?? state.pane) : '';
    const maxLines = rows - header.length - (isShort ? 0 : 1);
    const shown = { state, view: base, title, quotaUse, stream, columns, maxLines };
    const footer = (position: string) => formatFooter({ ...shown, position });
    const bodyRows = maxLines - footer('').length;
    const body = this.#body(state, { ...data, list }, { columns, rows: bodyRows, now });
    const position = [isShort ? '' : state.overlay, body.position].filter(Boolean).join(' · ');
    const tabs = isShort ? [] : [this.#tabs(state, position, columns)];
    const isInTabs = tabs.some((line) => line.includes(position));
    const lines = [
      ...header,
      ...tabs,
      ...Array.from({ length: bodyRows }, (_, row) => body.lines[row] ?? ''),
      ...footer(isInTabs ? '' : position),
    ];
    const { pane, overlay, top } = state;
    const { maxScroll } = body;
    // The titles of the columns take one line.
    const pageSize = Math.max(1, pane === 'list' && !overlay ? bodyRows - 1 : bodyRows);
    this.#shown = { pane, overlay, pageSize, maxScroll };
    const view = { ...base, pageSize, maxScroll };
    return { lines: lines.slice(0, rows), view, top: body.top ?? top };
  }

  /**
   * Returns what keys refer to without rendering the lines again; undefined if the last frame showed another pane. Keys that arrive
   * together each see the list as the previous key has left it.
   */
  view(state: ConsoleState, { snapshot }: ConsoleData, now: number): ConsoleView | undefined {
    const shown = this.#shown;
    if (!shown || shown.pane !== state.pane || shown.overlay !== state.overlay) return undefined;
    const { environment, actions } = this.#options;
    const { ids, find } = this.#listed.select(snapshot, state);
    const { pageSize, maxScroll } = shown;
    return { ids, find, actions, environment, now, pageSize, maxScroll };
  }

  #tabs(state: ConsoleState, position: string, columns: number): string {
    const { stream } = this.#options;
    const shown = columns < 56 ? [state.pane] : paneNames;
    const names = shown.map((name) => {
      const text = `${paneNames.indexOf(name) + 1} ${name}`;
      const isOpen = name === state.pane;
      return isOpen ? applyStyle('bold', `[${text}]`, stream) : ` ${text} `;
    });
    return alignRight(names.join(''), dim(position, stream), columns);
  }

  #body(state: ConsoleState, data: ConsoleData & { readonly list: OrderList }, space: Space): Body {
    const { stream, actions, submitCommand, panes, label, timeScale } = this.#options;
    const { columns, rows } = space;
    const { snapshot, list, ...read } = data;
    if (state.overlay) {
      const options = { stream, columns };
      const lines =
        state.overlay === 'help'
          ? formatHelp({ actions }, options)
          : formatMessages(state.messages, options);
      return scrollTo(state, lines, rows);
    }
    if (state.pane === 'list') {
      const listSpace = { ...space, stream, submitCommand };
      return { maxScroll: 0, ...this.#listBody.render(state, { snapshot, list }, listSpace) };
    }
    if (!snapshot) return scrollTo(state, [dim('Reading the orders…', stream)], rows);
    const { showsPersonal } = state;
    const input = { ...read, snapshot, showsPersonal, label, timeScale, stream, ...space };
    const lines = panes[state.pane](input).map((line) => clipStyled(line, columns));
    const body = scrollTo(state, lines, rows);
    const id = orderPanes.has(state.pane) ? (state.cursor ?? '') : '';
    return { ...body, position: [id, body.position].filter(Boolean).join(' · ') };
  }
}

/** Returns the visible part of the lines. */
function scrollTo({ scroll }: ConsoleState, lines: readonly string[], rows: number): Body {
  const maxScroll = Math.max(0, lines.length - rows);
  const from = scroll === 'end' ? maxScroll : Math.min(scroll, maxScroll);
  const to = Math.min(lines.length, from + rows);
  const position = maxScroll > 0 ? `${from + 1}-${to} of ${lines.length}` : '';
  return { lines: lines.slice(from, to), maxScroll, position };
}

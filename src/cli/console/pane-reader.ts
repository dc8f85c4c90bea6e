/** Reads what the open pane shows, and nothing else. */
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { DetailPart, OrderDetail } from '../../orders/console/order-detail.ts';
import type { ConsoleData } from './console-frame.ts';
import type { PaneName } from './types.ts';

/** Data that is read only while a pane shows it. */
export type PaneData = Omit<ConsoleData, 'snapshot'>;

/** Reads one order. */
export interface OrderReader {
  /** Yields the order after each read of its parts, until `signal` aborts. */
  readonly details: (signal: AbortSignal) => AsyncIterable<OrderDetail>;
  /** Reads at once. */
  readonly refresh: () => void;
}

export interface PaneSources {
  /** Returns a reader of an order. `parts` returns the parts to read; it is called before each read. */
  readonly openOrder: (orderId: string, parts: () => ReadonlySet<DetailPart>) => OrderReader;
  /** Yields what is known about the health of the stack, until `signal` aborts. */
  readonly health: (signal: AbortSignal) => AsyncIterable<PaneData>;
}

/** The parts of an order that a pane shows. */
const partsByPane: Readonly<Partial<Record<PaneName, readonly DetailPart[]>>> = {
  order: ['order', 'history'],
  history: ['order', 'history'],
  logs: ['logs'],
  data: ['order'],
};

export class PaneReader {
  readonly #sources: PaneSources;
  readonly #show: (data: PaneData) => void;
  readonly #fail: (error: unknown) => void;
  /** Id of the order, or `health`, or nothing. */
  #subject: { readonly orderId: string } | 'health' | undefined;
  #parts: ReadonlySet<DetailPart> = new Set();
  #reader: OrderReader | undefined;
  #stop = new AbortController();

  /** `show` receives what was read, `fail` the errors that the sources do not report as a part of the data. */
  constructor(
    sources: PaneSources,
    { show, fail }: { show: (data: PaneData) => void; fail: (error: unknown) => void },
  ) {
    this.#sources = sources;
    this.#show = show;
    this.#fail = fail;
  }

  /** Reads what a pane shows from now on. Continues if it is being read already. */
  read(pane: PaneName, orderId: string | undefined): void {
    const parts = partsByPane[pane];
    if (parts && orderId !== undefined) this.#readOrder(orderId, parts);
    else if (pane === 'health') this.#readHealth();
    else this.stop();
  }

  /** Stops reading. */
  stop(): void {
    this.#stop.abort();
    this.#subject = undefined;
    this.#reader = undefined;
  }

  /** Reads the open order again at once, because it was changed. */
  refresh(): void {
    this.#reader?.refresh();
  }

  #readOrder(orderId: string, names: readonly DetailPart[]): void {
    const isSame = typeof this.#subject === 'object' && this.#subject.orderId === orderId;
    const arePartsSame =
      names.every((name) => this.#parts.has(name)) && names.length === this.#parts.size;
    if (isSame && arePartsSame) return;
    this.#parts = new Set(names);
    if (isSame) {
      this.#reader?.refresh();
      return;
    }
    const signal = this.#begin({ orderId });
    this.#show({ detail: undefined });
    this.#reader = this.#sources.openOrder(orderId, () => this.#parts);
    void this.#follow(toPaneData(this.#reader.details(signal)), signal);
  }

  #readHealth(): void {
    if (this.#subject === 'health') return;
    const signal = this.#begin('health');
    void this.#follow(this.#sources.health(signal), signal);
  }

  #begin(subject: { readonly orderId: string } | 'health'): AbortSignal {
    this.stop();
    this.#subject = subject;
    this.#stop = new AbortController();
    return this.#stop.signal;
  }

  async #follow(source: AsyncIterable<PaneData>, signal: AbortSignal): Promise<void> {
    try {
      for await (const data of source) {
        if (signal.aborted) return;
        this.#show(data);
      }
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }
}

async function* toPaneData(details: AsyncIterable<OrderDetail>): AsyncGenerator<PaneData> {
  for await (const detail of details) yield { detail: withPublicView(detail) };
}

/** Without the permission to read whole orders, the panes show the public fields as the record; they require no others. */
function withPublicView(detail: OrderDetail): OrderDetail {
  const { orderId, view, publicOrder } = detail;
  if (view || !publicOrder) return detail;
  const order = publicOrder as OrderRecord;
  return { ...detail, view: { orderId, status: order.status, order } };
}

import { expect, it, vi } from 'vitest';
import { type PaneData, PaneReader } from '../../../src/cli/console/pane-reader.ts';
import type { DetailPart } from '../../../src/orders/console/order-detail.ts';
import { orderRecord } from '../../orders/record.ts';

/** Returns a reader with sources that record what is read. */
function createReader() {
  const opened: { orderId: string; signal: AbortSignal; parts: () => ReadonlySet<DetailPart> }[] =
    [];
  const shown: PaneData[] = [];
  const failures: unknown[] = [];
  const refresh = vi.fn();
  const reader = new PaneReader(
    {
      openOrder: (orderId, parts) => ({
        refresh,
        async *details(signal) {
          opened.push({ orderId, signal, parts });
          yield { orderId, problems: {} };
          if (orderId === 'lost') throw new Error('the stack was deleted');
        },
      }),
      async *health(signal) {
        opened.push({ orderId: 'health', signal, parts: () => new Set() });
        yield { outages: [] };
      },
    },
    { show: (data) => shown.push(data), fail: (error) => failures.push(error) },
  );
  return { reader, opened, shown, failures, refresh };
}

it('reads nothing for the list', () => {
  const { reader, opened } = createReader();
  reader.read('list', 'order-a');
  reader.read('order', undefined);
  expect(opened).toEqual([]);
});

it('reads only the parts that the open pane shows, and stops when it is closed', () => {
  const { reader, opened, refresh } = createReader();
  reader.read('order', 'order-a');
  reader.read('order', 'order-a');
  expect(opened.map(({ parts }) => [...parts()])).toEqual([['order', 'history']]);
  reader.read('logs', 'order-a');
  expect(opened.map(({ parts }) => [...parts()])).toEqual([['logs']]);
  expect(refresh).toHaveBeenCalledOnce();
  reader.read('list', 'order-a');
  expect(opened[0]?.signal.aborted).toBe(true);
});

it('shows nothing of the previous order when another one is opened', async () => {
  const { reader, opened, shown } = createReader();
  reader.read('order', 'order-a');
  reader.read('order', 'order-b');
  expect(opened.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  await vi.waitUntil(() => shown.at(-1)?.detail !== undefined);
  expect(shown.map(({ detail }) => detail?.orderId)).toEqual([undefined, undefined, 'order-b']);
});

it('reads the health of the stack while its pane is open', async () => {
  const { reader, opened, shown } = createReader();
  reader.read('health', 'order-a');
  await vi.waitUntil(() => shown.length > 0);
  expect(shown).toEqual([{ outages: [] }]);
  reader.stop();
  expect(opened[0]?.signal.aborted).toBe(true);
});

it('reports an error that ends reading', async () => {
  const { reader, failures } = createReader();
  reader.read('order', 'lost');
  await vi.waitUntil(() => failures.length > 0);
  expect(failures).toEqual([new Error('the stack was deleted')]);
});

it('shows the public fields of an order that may not be read as a whole', async () => {
  const publicOrder = orderRecord(['validated']);
  const shown: PaneData[] = [];
  const reader = new PaneReader(
    {
      openOrder: (orderId) => ({
        refresh: () => {},
        async *details() {
          yield { orderId, publicOrder, problems: {} };
        },
      }),
      async *health() {},
    },
    { show: (data) => shown.push(data), fail: () => {} },
  );
  reader.read('order', publicOrder.orderId);
  await vi.waitUntil(() => shown.at(-1)?.detail !== undefined);
  expect(shown.at(-1)?.detail?.view).toMatchObject({ status: 'validated', order: publicOrder });
});

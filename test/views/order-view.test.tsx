import { renderToString } from 'ink';
import { expect, it } from 'vitest';
import { OrderView } from '../../src/views/order-view.tsx';
import { orderRecord } from '../orders/record.ts';

const common = {
  orderId: 'order-7f3a91bcde',
  target: 'local (time ×60)',
  elapsed: '12s',
  columns: 80,
};

it('shows the order, where it is, and what is at work', () => {
  const order = orderRecord(['validated', 'inventory-checked']);
  const text = renderToString(<OrderView {...common} status={order.status} order={order} />);
  expect(text).toContain('order-7f3a91bcde');
  expect(text).toContain('CUST-001 · $91.98 · local (time ×60)');
  expect(text).toMatch(/Validation\s+✓ ✓ ◔ process-payment/);
  expect(text).toContain('inventory-checked · Process the payment · 2/17 · 12s');
});

it('shows a failed stage with its reason', () => {
  const order = orderRecord(['validated', 'failed'], {
    failure: { stage: 'check-inventory', code: 'out-of-stock', message: 'Out of stock' },
  });
  const text = renderToString(<OrderView {...common} status="failed" order={order} />);
  expect(text).toContain('✗ check-inventory');
  expect(text).toContain('check-inventory: Out of stock');
});

it('leaves a row of ten free and fits in forty columns, also while a step is tried again', () => {
  const lines = renderToString(
    <OrderView
      {...common}
      status="received"
      columns={40}
      rows={10}
      retry="validate-order attempt 2"
      trouble="Rate exceeded"
    />,
  ).split('\n');
  expect(lines.length).toBeLessThanOrEqual(9);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
});

it('keeps how long a wait still takes on a narrow screen', () => {
  const order = orderRecord([
    'validated',
    'inventory-checked',
    'invoice-generated',
    'awaiting-warehouse',
  ]);
  const view = (
    <OrderView {...common} status={order.status} order={order} left="4m 57s left" columns={40} />
  );
  expect(renderToString(view)).toContain('awaiting-warehouse · 4m 57s left · 7/17');
});

it('shows a step that is tried again', () => {
  const view = (
    <OrderView
      {...common}
      status="validated"
      retry="process-payment attempt 2, retry in 1.4s: 503"
    />
  );
  expect(renderToString(view)).toContain('process-payment attempt 2, retry in 1.4s: 503');
});

it('tells when a wait is over, what is left, and what the execution took', () => {
  const order = orderRecord(['validated', 'inventory-checked', 'awaiting-warehouse']);
  const facts = 'ETA 08:20:11 · active 2.9s · 3 invocations (2 replays) · 1 retry';
  const resumes = 'resumes 08:17:09, in 1m 24s';
  const view = (
    <OrderView {...common} status={order.status} order={order} resumes={resumes} facts={facts} />
  );
  const text = renderToString(view);
  expect(text).toContain('awaiting-warehouse · resumes 08:17:09, in 1m 24s · 7/17 · 12s');
  expect(text).toContain(facts);
});

it('keeps on ten rows what matters most: that nothing gets on, and that nothing is seen', () => {
  const lines = renderToString(
    <OrderView
      {...common}
      status="validated"
      columns={40}
      rows={10}
      facts="active 2.9s"
      retry="validate-order attempt 2"
      stuck="3 invocations without a new checkpoint"
      trouble="Rate exceeded"
    />,
  ).split('\n');
  expect(lines.length).toBeLessThanOrEqual(9);
  expect(lines.slice(-2)).toEqual([
    '3 invocations without a new checkpoint',
    'not visible right now: Rate exceeded',
  ]);
});

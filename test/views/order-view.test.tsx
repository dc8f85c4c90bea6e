import { renderToString } from 'ink';
import { expect, it } from 'vitest';
import { type StageId, stages } from '../../functions/contract/workflow.ts';
import { OrderView } from '../../src/views/order-view.tsx';
import { orderRecord } from '../orders/record.ts';

const common = {
  orderId: 'order-7f3a91bcde',
  target: 'local (time ×60)',
  elapsed: '12s',
  columns: 80,
};

/** Finished stages of a small order before a stage, as the view shows them. */
function doneBefore(stage: StageId): string {
  return `${stages.findIndex(({ id }) => id === stage)}/${stages.length}`;
}

it('shows the order, its progress and its active stage', () => {
  const order = orderRecord(['validated', 'inventory-checked']);
  const text = renderToString(<OrderView {...common} status={order.status} order={order} />);
  expect(text).toContain('order-7f3a91bcde');
  expect(text).toContain('CUST-001 · $91.98 · local (time ×60)');
  expect(text).toMatch(/Validation\s+✓ ✓ ◔ process-payment/);
  expect(text).toContain(
    `inventory-checked · Process the payment · ${doneBefore('process-payment')} · 12s`,
  );
});

it('shows a failed stage with its reason', () => {
  const order = orderRecord(['validated', 'failed'], {
    failure: { stage: 'check-inventory', code: 'out-of-stock', message: 'Out of stock' },
  });
  const text = renderToString(<OrderView {...common} status="failed" order={order} />);
  expect(text).toContain('✗ check-inventory');
  expect(text).toContain('check-inventory: Out of stock');
});

it('fits into ten rows and forty columns while a step is retried', () => {
  const lines = renderToString(
    <OrderView
      {...common}
      status="received"
      columns={40}
      rows={10}
      retry="validate-order attempt 2"
      gapReason="Rate exceeded"
    />,
  ).split('\n');
  expect(lines.length).toBeLessThanOrEqual(9);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
});

it('shortens the id of the customer, and not the total, and drops whole facts on a narrow screen', () => {
  const order = orderRecord(['validated', 'awaiting-review'], {
    customerId: 'CUSTOMER-WITH-A-LONG-ID',
  });
  const props = {
    ...common,
    columns: 40,
    facts: 'ETA 09:05:48 · active 0.2s · 1 invocation (0 replays)',
  };
  const text = renderToString(
    <OrderView {...props} status={order.status} order={order} left="34m 36s left" />,
    { columns: 40 },
  );
  expect(text).toMatch(/^order-7f3a91bcde CUSTOMER-WITH… · \$91\.98 *$/m);
  expect(text).toMatch(/^awaiting-review · 34m 36s left · \d\/17 *$/m);
  expect(text).toMatch(/^ETA 09:05:48 · active 0\.2s *$/m);
});

it('shows the remaining time of a wait on a narrow screen', () => {
  const order = orderRecord([
    'validated',
    'inventory-checked',
    'invoice-generated',
    'awaiting-warehouse',
  ]);
  const view = (
    <OrderView {...common} status={order.status} order={order} left="4m 57s left" columns={40} />
  );
  expect(renderToString(view)).toContain(
    `awaiting-warehouse · 4m 57s left · ${doneBefore('await-warehouse')}`,
  );
});

it('shows a step that is retried', () => {
  const view = (
    <OrderView
      {...common}
      status="validated"
      retry="process-payment attempt 2, retry in 1.4s: 503"
    />
  );
  expect(renderToString(view)).toContain('process-payment attempt 2, retry in 1.4s: 503');
});

it('shows the end of a wait, the remaining time and the facts of the execution', () => {
  const order = orderRecord(['validated', 'inventory-checked', 'awaiting-warehouse']);
  const facts = 'ETA 08:20:11 · active 2.9s · 3 invocations (2 replays) · 1 retry';
  const resumes = 'resumes 08:17:09, in 1m 24s';
  const view = (
    <OrderView {...common} status={order.status} order={order} resumes={resumes} facts={facts} />
  );
  const text = renderToString(view);
  expect(text).toContain(
    `awaiting-warehouse · resumes 08:17:09, in 1m 24s · ${doneBefore('await-warehouse')} · 12s`,
  );
  expect(text).toContain(facts);
});

it('shows the most important remarks in ten rows: a stuck execution and a visibility gap', () => {
  const lines = renderToString(
    <OrderView
      {...common}
      status="validated"
      columns={40}
      rows={10}
      facts="active 2.9s"
      retry="validate-order attempt 2"
      stuck="3 invocations without a new checkpoint"
      gapReason="Rate exceeded"
    />,
  ).split('\n');
  expect(lines.length).toBeLessThanOrEqual(9);
  expect(lines.slice(-2)).toEqual([
    '3 invocations without a new checkpoint',
    'not visible right now: Rate exceeded',
  ]);
});

it('says that the order continues only while it is visible', () => {
  const render = (gapReason?: string) =>
    renderToString(
      <OrderView {...common} status="validated" columns={80} rows={24} gapReason={gapReason} />,
    );
  expect(render()).toContain('ctrl-c detach; the order continues');
  expect(render('Rate exceeded')).not.toContain('the order continues');
});

import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { panes } from '../../../../src/cli/console/panes/index.ts';
import type { PaneInput } from '../../../../src/cli/console/types.ts';
import { toAscii } from '../../../../src/cli/terminal/ascii.ts';
import type { OrderDetail } from '../../../../src/orders/console/order-detail.ts';
import { orderRecord } from '../../../orders/record.ts';
import { at, detailOf, failed, logEntry, metrics, paneInput } from './pane-inputs.ts';

type DrawnPane = keyof typeof panes;
const names = Object.keys(panes) as DrawnPane[];
const draw = (name: DrawnPane, detail: OrderDetail, more: Partial<PaneInput> = {}) =>
  panes[name]({ ...paneInput(detail), ...more }).join('\n');

const review = {
  score: 75,
  requestedAt: at(5),
  timeoutSeconds: 43_200,
  callbackId: 'callback',
} as const;
const inReview = orderRecord(['validated', 'awaiting-review'], { review });
const waiting = orderRecord(['validated', 'inventory-checked']);
const pendingAttempt = {
  provider: 'payments',
  stage: 'process-payment',
  attempt: 3,
  nextAt: at(53),
  since: at(2),
} as const;
const unread: OrderDetail = { orderId: failed.orderId, problems: {} };

describe.each(names)('the pane %s', (name) => {
  it.each([20, 40, 80, 120, 200])('has no line longer than %i columns', (columns) => {
    const long = { ...failed, customerId: `CUST-${'漢'.repeat(120)}` };
    for (const detail of [detailOf(failed), detailOf(long), detailOf(inReview), unread]) {
      for (const rows of [10, 60]) {
        for (const line of panes[name](paneInput(detail, { columns, rows, colors: true }))) {
          const text = stripVTControlCharacters(line);
          const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
          expect(text.length + han, text).toBeLessThanOrEqual(columns);
        }
      }
    }
  });

  it('shows no e-mail address, no phone number and no control character of an order', () => {
    const evil = {
      ...failed,
      items: [{ productId: 'BOOK-001', name: 'a\u001b[31mb\u0007', quantity: 1, price: 1 }],
      failure: { ...failed.failure, message: 'bad\u001b[2J' },
    } as typeof failed;
    const text = draw(name, detailOf(evil));
    expect(text).not.toMatch(/customer1@|555/);
    expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  it('consists of ASCII characters for a terminal that has no others', () => {
    const detail = {
      ...detailOf(failed),
      logs: [logEntry('WARN', 'process-payment', { attempt: 2 })],
    };
    expect(toAscii(draw(name, detail))).toMatch(/^[\n -~]*$/);
  });
});

describe('the pane of an order', () => {
  it('shows the state, the reason of a failure, the undos and the next action before everything else', () => {
    const [heading, status, ...others] = panes.order(paneInput(detailOf(failed), { rows: 10 }));
    expect(heading).toBe('order-7f3a91bcde CUST-001 · $91.98');
    expect(status).toMatch(/^failed · 2\/17 · /);
    const text = others.join('\n');
    expect(text).toMatch(
      /^✗ failed +at fraud-check: The fraud score 95 is above the limit of 90\n +\(fraud-suspected\)\n/,
    );
    expect(text).toMatch(/↶ undo +refund-payment done\n/);
    expect(text).toMatch(
      /next +r retry\n[\s\S]*✗ Risk assessment +↶ reserve-inventory ✗ fraud-check/,
    );
  });

  it('shows the wait for a provider with its countdown, and the attempts of the step', () => {
    const text = draw('order', detailOf(waiting, { waitingFor: pendingAttempt }));
    expect(text).toMatch(/waiting +for payments, attempt 3, next in 13s, since /);
    expect(text).toMatch(/process-payment +1 .* failed +ProviderUnavailable: payments/);
    expect(text).toMatch(/next +c cancel · p pause\n/);
  });

  it('shows only the newest attempts of a step that fails often', () => {
    const detail = detailOf(waiting);
    const [span] = detail.report?.timeline.spans ?? [];
    const attempts = Array.from({ length: 8 }, (_, index) => ({
      number: index + 1,
      startMs: index * 1000,
      endMs: index * 1000 + 50,
      error: { type: 'ProviderUnavailable', message: 'down' },
    }));
    const spans = span ? [{ ...span, attempts }] : [];
    const report = detail.report && {
      ...detail.report,
      timeline: { ...detail.report.timeline, spans },
    };
    expect(draw('order', { ...detail, report })).toMatch(
      /^STEP .*\n3 earlier attempts\nprocess-payment +4 .*(\n.*){3}\nprocess-payment +8 /m,
    );
  });

  it('shows the transitions with their times, newest first', () => {
    expect(draw('order', detailOf(waiting))).toMatch(
      /\d\d:\d\d:06\.0 +1\.00s +inventory-checked\n.*\d\d:\d\d:05\.0 +validated$/,
    );
  });

  it('shows until when a review must be decided', () => {
    const text = draw('order', detailOf(inReview), { columns: 120 });
    expect(text).toMatch(/review +score 75, .*rejected without a decision at .*, in 11h 59m/);
    expect(text).toMatch(/next +a approve · x reject · c cancel\n/);
  });

  it('shows how long and why an order is paused', () => {
    const pause = { requestedAt: at(20), reason: 'carrier outage' };
    const execution = { arn: 'arn', status: 'PAUSED', pause };
    expect(draw('order', detailOf(waiting, { execution }))).toMatch(
      /‖ paused +for 20s: carrier outage\n[\s\S]*next +u resume · c cancel\n/,
    );
  });

  it('says why a retry is refused', () => {
    const undos = [{ undo: 'refund-payment', outcome: 'failed', message: 'down' }] as const;
    const text = draw('order', detailOf({ ...failed, undos }));
    expect(text).toMatch(/✗ undo +refund-payment failed: down\n/);
    expect(text).toMatch(
      /no retry +it was not refunded: a retry would charge the customer twice\n/,
    );
    expect(text).not.toContain('r retry');
  });
});

it('says that a part is being read, or why it cannot be read', () => {
  for (const name of ['order', 'history', 'logs', 'data'] as const)
    expect(draw(name, unread)).toContain('reading the ');
  const problems = { order: 'access denied', history: 'access denied', logs: 'access denied' };
  for (const name of ['order', 'history', 'logs', 'data'] as const)
    expect(draw(name, { ...unread, problems })).toContain('cannot be read: access denied');
});

it('draws the history as a chart that fits, with a sign for each result', () => {
  expect(draw('history', detailOf(failed), { columns: 120 })).toMatch(
    /✗ failed at fraud-check: The fraud[\s\S]*◔ process-payment ×2 .*█.*▒.*╱╱/,
  );
  expect(draw('history', detailOf(failed), { columns: 40 })).toMatch(/◔ process-payment ×2 +39s/);
});

describe('the pane of the logs', () => {
  it('shows levels as words, and continues the text of an error on further lines', () => {
    const wide = draw('logs', detailOf(failed), { columns: 120 });
    expect(wide).toMatch(/\d\d:\d\d:\d\d\.\d{3} process-payment +INFO +started\n/);
    expect(wide).toMatch(
      /process-payment² +ERROR +漢字 the payment[\s\S]* at last +provider=payments/,
    );
    expect(draw('logs', detailOf(failed), { columns: 40 })).toMatch(
      /:\d\d INFO +process-payment started\n/,
    );
  });

  it('hides lines that a replay logged again, and reports their number', () => {
    const entry = logEntry('INFO', 'process-payment started');
    const logs = [entry, { ...entry, requestId: 'r2' }];
    const text = draw('logs', { ...detailOf(failed), logs });
    expect(text).toMatch(/^1 replayed line hidden\n[^\n]*INFO[^\n]*$/);
  });
});

it('shows the record and the input as JSON, with personal data only if it is requested', () => {
  const hidden = draw('data', detailOf(failed));
  expect(hidden).toContain('  "customerEmail": "[redacted]"');
  expect(hidden).toMatch(/INPUT\n\{\n {2}"orderId": "order-7f3a91bcde"/);
  const shown = draw('data', detailOf(failed), { showsPersonal: true });
  expect(shown.match(/"customerEmail": "customer1@example\.com"/g)).toHaveLength(2);
});

describe('the pane of the health', () => {
  it('shows errors and warnings with their fixes before the passed checks', () => {
    expect(draw('health', unread)).toMatch(
      /^✗ health +1 error · 1 warning · 1 ok\n✗ error +stack: the stack is UPDATE_ROLLBACK_FAILED\n +fix +orders deploy\n! warning +orders: [\s\S]*\n✓ node: 24\.1\.0$/,
    );
  });

  it('shows outages, waits for providers, paused orders and dead-letter messages', () => {
    const text = draw('health', unread);
    expect(text).toMatch(/paused +1\n/);
    expect(text).toMatch(/outages +payments for 10m\n/);
    expect(text).toMatch(/waiting +payments 12 for 10m\n/);
    expect(text).toMatch(/dead-letter +3 messages\n/);
  });

  it('marks the slowest step and the highest p95; waits are not compared', () => {
    const text = draw('health', unread);
    expect(text).toMatch(/process-payment +41 +900ms +130ms +slowest +█/);
    expect(text).toMatch(/pick-items +41 +100ms +4\.0s +max p95/);
    expect(text).toMatch(/await-warehouse +41 +5m 00s +130ms +wait\n/);
  });

  it('says that no stage has ended, or that the figures are being read', () => {
    expect(draw('health', unread, { metrics: { ...metrics, stages: [] } })).toContain(
      'no stage has ended yet',
    );
    expect(draw('health', unread, { metrics: undefined })).toContain('reading the durations');
  });
});

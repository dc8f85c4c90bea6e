import { describe, expect, it } from 'vitest';
import { formatPlainLine } from '../../../src/cli/logs/log-lines.ts';
import { parseEntry } from '../../../src/orders/logs/entry.ts';
import { ReplayFilter } from '../../../src/orders/logs/replay-filter.ts';

const at = Date.parse('2026-11-22T08:12:04.402Z');
const parse = (message: unknown) =>
  parseEntry(
    {
      id: '1',
      timestamp: at,
      ingested: at,
      message: typeof message === 'string' ? message : JSON.stringify(message),
    },
    'workflow',
  );

const arn = 'arn:aws:lambda:us-east-2:0:function:f:1/durable-execution/order-7f3a/1';

describe('an entry', () => {
  it('contains order, step and attempt from a line of the durable SDK', () => {
    const entry = parse({
      requestId: 'r1',
      level: 'WARN',
      executionArn: arn,
      operationId: 'o',
      operationName: 'process-payment',
      attempt: 2,
      message: 'process-payment failed',
      bin: 'A 1',
    });
    expect(entry).toMatchObject({
      source: 'workflow',
      level: 'WARN',
      orderId: 'order-7f3a',
      step: 'process-payment',
      attempt: 2,
      requestId: 'r1',
      fields: { bin: 'A 1' },
    });
    expect(formatPlainLine(entry)).toBe(
      '2026-11-22T08:12:04.402Z order-7f3a process-payment WARN process-payment failed attempt=2 bin="A 1"\n',
    );
  });

  it('contains text and duration from a line of the workflow', () => {
    const entry = parse({
      level: 'INFO',
      executionArn: arn,
      operationName: 'process-payment',
      attempt: 2,
      message: {
        text: 'process-payment done',
        orderId: 'order-7f3a',
        stage: 'process-payment',
        attempt: 2,
        durationMs: 12,
      },
    });
    expect(entry).toMatchObject({ orderId: 'order-7f3a', attempt: 2, fields: { durationMs: 12 } });
    expect(formatPlainLine(entry)).toBe(
      '2026-11-22T08:12:04.402Z order-7f3a process-payment INFO process-payment done attempt=2 durationMs=12\n',
    );
  });

  it('contains the counts of a metrics line', () => {
    const _aws = { Timestamp: at, CloudWatchMetrics: [] };
    const entry = parse({ _aws, Stack: 'shop', orderId: 'order-7f3a', OrdersCompleted: 1 });
    expect(entry.isMetrics).toBe(true);
    expect(formatPlainLine(entry)).toBe(
      '2026-11-22T08:12:04.402Z order-7f3a workflow INFO metrics Stack=shop OrdersCompleted=1\n',
    );
  });

  it.each([
    [
      '{"time":"t","type":"platform.report","record":{"requestId":"r","status":"timeout"}}',
      'ERROR',
    ],
    ['START RequestId: r Version: 1', 'INFO'],
    ['REPORT RequestId: r\tDuration: 1.00 ms', 'INFO'],
  ])('has the source `platform` for a line of Lambda: %s', (message, level) => {
    expect(parse(message)).toMatchObject({ source: 'platform', requestId: 'r', level });
  });

  it('parses the text format of Lambda, and keeps any other text unchanged', () => {
    expect(parse('2026-11-22T08:12:04.402Z\tr1\tERROR\tboom\n')).toMatchObject({
      level: 'ERROR',
      text: 'boom',
      requestId: 'r1',
    });
    expect(parse('{broken')).toMatchObject({ level: 'INFO', text: '{broken' });
  });

  it('is printed without control characters and line breaks', () => {
    const text = formatPlainLine(parse({ message: 'a\u001b[2Jb\nc\u0007' }));
    expect(text).toContain(' ab ⏎ c');
    expect(text.trimEnd()).not.toMatch(/\p{Cc}/u);
  });
});

it('detects lines that a later invocation of the same order replays', () => {
  const filter = new ReplayFilter();
  const isReplay = (requestId: string, message: string, orderArn = arn) =>
    filter.isReplay(parse({ requestId, executionArn: orderArn, message }));
  expect(isReplay('r1', 'begin')).toBe(false);
  expect(isReplay('r1', 'begin')).toBe(false);
  expect(isReplay('r2', 'begin')).toBe(true);
  expect(isReplay('r2', 'another')).toBe(false);
  expect(isReplay('r2', 'begin', arn.replace('7f3a', '9b2c'))).toBe(false);
});

import { describe, expect, it } from 'vitest';
import { plainLine } from '../../../src/cli/logs/log-lines.ts';
import { parseEntry } from '../../../src/orders/logs/entry.ts';
import { Replays } from '../../../src/orders/logs/replays.ts';

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
  it('knows its order, step and attempt from what the durable SDK writes', () => {
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
    expect(plainLine(entry)).toBe(
      '2026-11-22T08:12:04.402Z order-7f3a process-payment WARN process-payment failed attempt=2 bin="A 1"\n',
    );
  });

  it("reads the workflow's own lines: what was done, and how long it took", () => {
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
    expect(plainLine(entry)).toBe(
      '2026-11-22T08:12:04.402Z order-7f3a process-payment INFO process-payment done attempt=2 durationMs=12\n',
    );
  });

  it('shows metrics as what they count', () => {
    const _aws = { Timestamp: at, CloudWatchMetrics: [] };
    const entry = parse({ _aws, Stack: 'shop', orderId: 'order-7f3a', OrdersCompleted: 1 });
    expect(plainLine(entry)).toBe(
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
  ])('is of the platform when Lambda itself wrote %s', (message, level) => {
    expect(parse(message)).toMatchObject({ source: 'platform', requestId: 'r', level });
  });

  it('reads the text format of Lambda, and takes anything else as it is', () => {
    expect(parse('2026-11-22T08:12:04.402Z\tr1\tERROR\tboom\n')).toMatchObject({
      level: 'ERROR',
      text: 'boom',
      requestId: 'r1',
    });
    expect(parse('{broken')).toMatchObject({ level: 'INFO', text: '{broken' });
  });

  it('cannot steer a terminal or break its line', () => {
    const text = plainLine(parse({ message: 'a\u001b[2Jb\nc\u0007' }));
    expect(text).toContain(' ab ⏎ c');
    expect(text.trimEnd()).not.toMatch(/\p{Cc}/u);
  });
});

it('finds the lines that a later invocation of the same order said again', () => {
  const replays = new Replays();
  const said = (requestId: string, message: string, orderArn = arn) =>
    replays.has(parse({ requestId, executionArn: orderArn, message }));
  expect(said('r1', 'begin')).toBe(false);
  expect(said('r1', 'begin')).toBe(false);
  expect(said('r2', 'begin')).toBe(true);
  expect(said('r2', 'another')).toBe(false);
  expect(said('r2', 'begin', arn.replace('7f3a', '9b2c'))).toBe(false);
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { EndActions, formatNotification } from '../../../src/cli/watch/end-actions.ts';
import type { EndEvent } from '../../../src/orders/watch/events.ts';

const ended: EndEvent = {
  type: 'end',
  ts: '2026-11-22T08:12:05.400Z',
  orderId: 'order-7f3a',
  status: 'failed',
  ending: 'failed',
  exitCode: 10,
  elapsedMs: 5,
  failure: { stage: 'process-payment', code: 'payment-declined', message: 'Declined' },
};

function start(more: { notify?: boolean; command?: string; isTTY?: boolean }) {
  const { notify = false, command, isTTY = false } = more;
  let written = '';
  const stderr = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  const stream = Object.assign(stderr, { isTTY, getColorDepth: () => 1 }) as never;
  const actions = new EndActions({ notify, command, environment: 'dev', stderr: stream });
  return { actions, written: () => written };
}

it('describes the order to the command in variables, which no shell interprets', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orders-exec-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'out');
  const command = `printf '%s|' "$ORDERS_ENV" "$ORDERS_ORDER_ID" "$ORDERS_ORDER_STATUS" "$ORDERS_ORDER_ENDING" "$ORDERS_ORDER_FAILURE" > '${file}'`;
  const { actions, written } = start({ command });
  actions.handle({ ...ended, orderId: 'order-$(touch pwned);`id`' });
  await actions.finish({ aborted: false });
  expect(readFileSync(file, 'utf8')).toBe(
    'dev|order-$(touch pwned);`id`|failed|failed|payment-declined|',
  );
  expect(written()).toBe('');
});

it('runs a command for each order that ends, and for no order that is only no longer watched', async () => {
  const { actions, written } = start({ command: 'echo "$ORDERS_ORDER_ID"' });
  for (let n = 0; n < 9; n += 1) actions.handle({ ...ended, orderId: `order-${n}` });
  for (const ending of ['detached', 'timeout', 'gone'] as const)
    actions.handle({ ...ended, orderId: 'other', ending });
  await actions.finish({ aborted: false });
  expect(written().trim().split('\n').sort()).toEqual(
    Array.from({ length: 9 }, (_, n) => `order-${n}`),
  );
});

it('prints the output of a command, and reports that it failed', async () => {
  const { actions, written } = start({ command: 'echo no mail server >&2; exit 3' });
  actions.handle(ended);
  await actions.finish({ aborted: false });
  expect(written()).toBe('no mail server\n! --exec exited with 3 for order-7f3a\n');
});

it('starts no further command after an interrupt', async () => {
  const { actions, written } = start({ command: 'true' });
  for (let n = 0; n < 6; n += 1) actions.handle(ended);
  await actions.finish({ aborted: true });
  expect(written()).toBe('--exec did not run for 2 ended orders.\n');
});

it('notifies on a terminal only, with text that cannot end the sequence', async () => {
  const terminal = start({ notify: true, isTTY: true });
  terminal.actions.handle(ended);
  expect(terminal.written()).toBe(
    '\u0007\u001b]9;order-7f3a failed\u0007\u001b]777;notify;orders;order-7f3a failed\u0007',
  );
  const pipe = start({ notify: true });
  pipe.actions.handle(ended);
  expect(pipe.written()).toBe('');
  const evil = formatNotification({ ...ended, orderId: 'a\u0007\u001b]0;x\u0007;b' });
  expect(evil.split('\u0007')).toHaveLength(4);
});

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cachePath, forgetStack } from '../../../src/environment/stack-outputs.ts';
import { rememberSeen } from '../../../src/orders/lookup/completion-cache.ts';
import { fakeTarget } from '../../aws/fake-aws.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'orders-seen-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const order = (n: number) => ({
  orderId: `order-n${n}`,
  createdAt: new Date(Date.UTC(2026, 10, 25) + n * 1000).toISOString(),
});

it('keeps the newest orders that were seen, each once, until their stack is gone', () => {
  const target = fakeTarget('http://127.0.0.1:1', root);
  const file = cachePath(target, 'seen');
  const kept = () => readFileSync(file, 'utf8').trimEnd().split('\n');
  rememberSeen(target, [order(2), order(1)]);
  rememberSeen(target, [order(3), order(2)]);
  expect(kept()).toEqual([1, 2, 3].map((n) => `${order(n).createdAt} order-n${n}`));
  rememberSeen(target, [{ ...order(2), createdAt: '2026-11-25T00:00:02.001Z' }, order(2)]);
  expect(kept()).toHaveLength(3);
  const { ino } = statSync(file);
  rememberSeen(target, [order(2)]);
  expect(statSync(file).ino).toBe(ino);
  rememberSeen(
    target,
    Array.from({ length: 300 }, (_, n) => order(n)),
  );
  expect(kept()).toHaveLength(200);
  expect(kept().at(-1)).toContain('order-n299');
  forgetStack(target);
  expect(existsSync(file)).toBe(false);
});

it('lets a command go on where nothing can be written, and writes nothing about nothing', () => {
  rememberSeen(fakeTarget('http://127.0.0.1:1', '/dev/null'), [order(1)]);
  rememberSeen(fakeTarget('http://127.0.0.1:1', join(root, 'none')), []);
  expect(existsSync(join(root, 'none'))).toBe(false);
});

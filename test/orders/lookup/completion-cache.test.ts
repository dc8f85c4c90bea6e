import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cachePath, clearStackCache } from '../../../src/environment/stack-outputs.ts';
import { cacheForCompletion } from '../../../src/orders/lookup/completion-cache.ts';
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

it('keeps the newest orders, each once, until the cache of their stack is cleared', () => {
  const target = fakeTarget('http://127.0.0.1:1', root);
  const file = cachePath(target, 'seen');
  const lines = () => readFileSync(file, 'utf8').trimEnd().split('\n');
  cacheForCompletion(target, [order(2), order(1)]);
  cacheForCompletion(target, [order(3), order(2)]);
  expect(lines()).toEqual([1, 2, 3].map((n) => `${order(n).createdAt} order-n${n}`));
  cacheForCompletion(target, [{ ...order(2), createdAt: '2026-11-25T00:00:02.001Z' }, order(2)]);
  expect(lines()).toHaveLength(3);
  const { ino } = statSync(file);
  cacheForCompletion(target, [order(2)]);
  expect(statSync(file).ino).toBe(ino);
  cacheForCompletion(
    target,
    Array.from({ length: 300 }, (_, n) => order(n)),
  );
  expect(lines()).toHaveLength(200);
  expect(lines().at(-1)).toContain('order-n299');
  clearStackCache(target);
  expect(existsSync(file)).toBe(false);
});

it('ignores a directory that cannot be written, and writes no file without orders', () => {
  cacheForCompletion(fakeTarget('http://127.0.0.1:1', '/dev/null'), [order(1)]);
  cacheForCompletion(fakeTarget('http://127.0.0.1:1', join(root, 'none')), []);
  expect(existsSync(join(root, 'none'))).toBe(false);
});

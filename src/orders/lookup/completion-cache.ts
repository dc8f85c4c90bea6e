import { readFileSync } from 'node:fs';
import { writePrivateFile } from '../../environment/private-files.ts';
import { cachePath } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';

/** Maximum number of orders kept for shell completion. */
const maxCachedOrders = 200;

interface CachedOrder {
  readonly orderId: string;
  /** RFC 3339 UTC. */
  readonly createdAt: string;
}

/**
 * Caches the newest orders that commands have read, for shell completion: one line each, oldest first. A directory that
 * cannot be written is ignored.
 */
export function cacheForCompletion(target: Target, orders: Iterable<CachedOrder>): void {
  const file = cachePath(target, 'seen');
  const known = readLines(file);
  // Keyed by id, because sources may report slightly different creation times of an order.
  const lines = new Map(known.map((line) => [line.split(' ')[1], line]));
  for (const { orderId, createdAt } of orders) lines.set(orderId, `${createdAt} ${orderId}`);
  const text = formatLines([...lines.values()].sort().slice(-maxCachedOrders));
  if (text === formatLines(known)) return;
  try {
    writePrivateFile(file, text);
  } catch {}
}

const formatLines = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

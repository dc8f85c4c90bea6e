import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Target } from '../target/resolve.ts';
import { cachePath } from '../target/stack.ts';

/** So many are kept: a shell offers no more either. */
const most = 200;

interface Seen {
  readonly orderId: string;
  /** RFC 3339 UTC. */
  readonly createdAt: string;
}

/**
 * Keeps the newest orders that commands came across for the shell's completion, a line each, the oldest first. A directory
 * that cannot be written to is no reason for a command to fail.
 */
export function rememberSeen(target: Target, orders: Iterable<Seen>): void {
  const file = cachePath(target, 'seen');
  const known = read(file);
  const found = [...orders].map(({ orderId, createdAt }) => `${createdAt} ${orderId}`);
  const text = [...new Set([...known, ...found])]
    .sort()
    .slice(-most)
    .map((line) => `${line}\n`)
    .join('');
  if (text === known.map((line) => `${line}\n`).join('')) return;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  } catch {}
}

function read(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

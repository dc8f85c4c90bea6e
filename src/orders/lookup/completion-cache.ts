import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { cachePath } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';

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
  // Commands differ a little about when an order began: it is there once all the same.
  const lines = new Map(known.map((line) => [line.split(' ')[1], line]));
  for (const { orderId, createdAt } of orders) lines.set(orderId, `${createdAt} ${orderId}`);
  const text = textOf([...lines.values()].sort().slice(-most));
  if (text === textOf(known)) return;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  } catch {}
}

const textOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

function read(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

/** Remembers where in its code a handler starts operations. */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { findSources } from './source-position.ts';

/** Stacks of the current execution by operation id. */
const hashed = new Map<string, Error>();
const started = new Map<string, Error>();

/** Forgets the places of the execution before. */
export function clearPlaces(): void {
  hashed.clear();
  started.clear();
}

/** Stores the current stack as the place that starts an operation. */
export function noteStart(id: string): void {
  started.set(id, new Error());
}

/** Returns the places outside of packages that start an operation, `file:line:column`, the innermost call first. */
export function findPlaces(id: string): string[] {
  const places = findSources(hashed.get(id)?.stack);
  return places.length > 0 ? places : findSources(started.get(id)?.stack);
}

/** Length of an operation id: the SDK shortens the hash. */
const idLength = 16;

/**
 * Watches the SDK derive ids: the id of an operation is the MD5 hash of its position, and the SDK computes it in the stack of the code that
 * starts the operation. It reports the start of waits, callbacks and calls only later, without that stack. As it computes each hash once
 * per process, the places are complete for the first execution that reaches a position.
 */
export function watchOperationIds(): void {
  const { createHash } = crypto;
  const watch = (...parameters: Parameters<typeof createHash>) => {
    const hash = createHash(...parameters);
    if (parameters[0] !== 'md5') return hash;
    const digest = hash.digest.bind(hash);
    hash.digest = ((encoding: crypto.BinaryToTextEncoding) => {
      const text = digest(encoding);
      hashed.set(String(text).slice(0, idLength), new Error());
      return text;
    }) as typeof hash.digest;
    return hash;
  };
  Object.assign(crypto, { createHash: watch });
  syncBuiltinESMExports();
}

import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const dist = fileURLToPath(new URL('../../dist/functions/', import.meta.url));

/** The files that a file loads, directly and indirectly, with their sizes (bytes). */
function findLoadedFiles(file: string, loaded = new Map<string, number>()): Map<string, number> {
  if (loaded.has(file)) return loaded;
  const text = readFileSync(file, 'utf8');
  loaded.set(file, Buffer.byteLength(text));
  for (const [, path = ''] of text.matchAll(/(?:from|import)\s*"(\.[^"]+)"/g)) {
    findLoadedFiles(join(dirname(file), path), loaded);
  }
  return loaded;
}

it.each(['order-intake', 'order-workflow', 'order-recovery', 'order-status'])(
  'starts %s from less than 800 KB without Stripe',
  (name) => {
    const loaded = findLoadedFiles(join(dist, name, 'index.mjs'));
    const total = [...loaded.values()].reduce((sum, size) => sum + size, 0);
    expect(total).toBeLessThan(800_000);
    const text = [...loaded.keys()].map((file) => readFileSync(file, 'utf8')).join();
    expect(text).not.toContain('api.stripe.com');
  },
);

it('keeps the names of error classes, by which the durable SDK and Stripe name their errors', () => {
  const folder = join(dist, 'order-workflow');
  const files = globSync('**/*.mjs', { cwd: folder });
  const text = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
  for (const name of ['StepError', 'StripeCardError']) expect(text).toContain(`(this,"${name}")`);
});

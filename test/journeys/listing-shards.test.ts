import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { samples } from '../../functions/contract/samples.ts';
import { listingKey } from '../../functions/contract/tables.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import type { Project } from '../support/project.ts';

let project: Project;
beforeAll(async () => {
  // The orders wait for the warehouse until the end of the test.
  project = await createDeployedProject('--time-scale', '1');
});
afterAll(() => project.close());

const list = async (): Promise<string[]> =>
  (await project.runJson('list')).map(({ orderId }: { orderId: string }) => orderId);

/** Submits three orders, and waits until all orders up to these are listed. */
async function submit(prefix: string, listed: number): Promise<string[]> {
  const ids = Array.from({ length: 3 }, (_, n) => `${prefix}-${n}`);
  const lines = ids.map((orderId) => JSON.stringify({ orderId, order: samples['low'] }));
  writeFileSync(join(project.root, 'orders.jsonl'), lines.join('\n'));
  await project.runJson('submit', 'orders.jsonl');
  await vi.waitUntil(async () => (await list()).length === listed, 30_000);
  return ids;
}

// The short run lists the orders of more partitions without a deployment.
it.runIf(full)(
  'lists orders of before and after a growth of the index, and never lets it shrink',
  async () => {
    const cache = join(project.root, '.orders/cache/local.outputs.json');
    const early = await submit('early', 3);
    const cached = readFileSync(cache, 'utf8');
    await project.runJson('deploy', '--parameter', 'ListingShards=16');
    const late = await submit('late', 6);
    const listed = await list();
    expect(listed.slice(0, late.length).sort()).toEqual(late);
    expect(listed.slice(late.length).sort()).toEqual(early);
    // Some of the new orders are in partitions that the index did not have before.
    const grown = late.map((id) => listingKey(id, { createdAt: '2026-11-29', shards: 16 }));
    const [outside = ''] = late.filter((_, n) => Number(grown[n]?.split('#')[1]) > 3);
    const { listing } = (await project.runJson('get', outside)).order;
    expect(Number(listing.split('#')[1])).toBeGreaterThan(3);

    // Another machine deployed the growth: the cached outputs of this one are from before.
    writeFileSync(cache, cached);
    const anHourAgo = Date.now() / 1_000 - 3_600;
    utimesSync(cache, anHourAgo, anHourAgo);
    expect(await list()).toEqual(listed);

    const { code, stderr } = await project.orders('deploy', '--parameter', 'ListingShards=8');
    expect(code).toBe(2);
    expect(stderr).toContain('ListingShards cannot fall from 16 to 8');
  },
);

import { outputs as names } from '../../../functions/contract/api.ts';
import { listingShards, maxListingShards } from '../../../functions/contract/tables.ts';
import type { Stack } from '../../environment/stack.ts';
import { refreshOutputs } from '../../environment/stack-outputs.ts';

/** How long another person's deployment of more shards may stay unnoticed on this machine (ms). */
const maxAgeMs = 600_000;

interface Answer {
  /** Monotonic time (ms). */
  readonly askedAt: number;
  readonly shards: Promise<number>;
}

/** The answers that this process has received, by stack. */
const answers = new WeakMap<Stack['target'], Answer>();

/** Returns the number of partitions of one day in the listing index. A stack without this output has the default. */
export async function readListingShards(stack: Stack): Promise<number> {
  const known = parse(stack.outputs);
  if (known === maxListingShards) return known;
  return Math.max(known, await currentShards(stack));
}

function currentShards(stack: Stack): Promise<number> {
  const now = performance.now();
  const last = answers.get(stack.target);
  if (last && now - last.askedAt < maxAgeMs) return last.shards;
  const shards = refreshOutputs(stack, maxAgeMs).then(parse);
  answers.set(stack.target, { askedAt: now, shards });
  return shards;
}

function parse(outputs: Stack['outputs']): number {
  const shards = Number(outputs[names.listingShards] ?? listingShards);
  return Number.isInteger(shards) && shards >= listingShards ? shards : listingShards;
}

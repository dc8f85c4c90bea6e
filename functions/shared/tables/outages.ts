/** The outages that a person has started for the simulated providers, in the provider-calls table. */
import { outagesKey, type Provider } from '../../contract/providers.ts';
import { createTable } from './table.ts';

const table = createTable<typeof outagesKey>('PROVIDER_CALLS_TABLE');

/** The outages are read again after this time (ms), so that a busy process reads them about once per second. */
const maxAgeMs = 1000;

let latest: { readonly readAt: number; readonly item: ReturnType<typeof table.get> } | undefined;

/** Whether a simulated provider has an outage; a change takes effect within a second. */
export async function hasOutage(provider: Provider): Promise<boolean> {
  const now = Date.now();
  if (!latest || now - latest.readAt >= maxAgeMs) {
    latest = { readAt: now, item: table.get(outagesKey, { consistent: false }) };
  }
  const read = latest;
  try {
    return (await read.item)?.[provider] !== undefined;
  } catch (error) {
    // A failed read must not be repeated from the cache.
    if (latest === read) latest = undefined;
    throw error;
  }
}

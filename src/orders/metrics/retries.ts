import type { Stack } from '../../environment/stack.ts';
import { parseEntry } from '../logs/entry.ts';
import { readEventPages } from '../logs/log-pages.ts';

/** Number of retries of a step. */
export interface StepRetries {
  readonly step: string;
  readonly retries: number;
}

/** Selects the attempts after the first: the workflow logs one line for each attempt. */
const retriesPattern = '{ $.message.attempt > 1 }';

/**
 * Returns the retries of each step since a time (RFC 3339 UTC), the most frequent first. Reads them from the
 * workflow's log, not from the histories.
 */
export async function readRetries(stack: Stack, since: string): Promise<StepRetries[]> {
  const counts = new Map<string, number>();
  const window = { group: 'workflow', from: Date.parse(since) } as const;
  for await (const page of readEventPages(stack, window, retriesPattern)) {
    for (const event of page) {
      const { step } = parseEntry(event, 'workflow');
      if (step !== undefined) counts.set(step, (counts.get(step) ?? 0) + 1);
    }
  }
  return [...counts]
    .map(([step, retries]) => ({ step, retries }))
    .sort((a, b) => b.retries - a.retries);
}

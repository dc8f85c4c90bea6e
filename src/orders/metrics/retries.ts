import { outputs as names } from '../../../functions/contract/api.ts';
import { isNotFound } from '../../aws/errors.ts';
import { output, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { parseEntry } from '../logs/entry.ts';
import { logReads } from '../requests/rate-limiter.ts';

/** How often a step was tried again. */
export interface StepRetries {
  readonly step: string;
  readonly retries: number;
}

/**
 * How often each step was tried again since some moment (RFC 3339 UTC), the most first: from the workflow's log, in which
 * every attempt is a line, and CloudWatch picks those that are no first ones. No history is read.
 */
export async function readRetries(
  target: Target,
  outputs: StackOutputs,
  since: string,
): Promise<StepRetries[]> {
  const { FilterLogEventsCommand } = await import('../../aws/sdk/cloudwatch-logs.ts');
  const logs = await target.clients.cloudWatchLogs();
  const counts = new Map<string, number>();
  let nextToken: string | undefined;
  do {
    await logReads.turn();
    const answer = await logs
      .send(
        new FilterLogEventsCommand({
          logGroupName: output(outputs, names.workflowLogGroup),
          startTime: Date.parse(since),
          filterPattern: '{ $.message.attempt > 1 }',
          nextToken,
        }),
      )
      .catch((error: unknown) => {
        // A group appears with the first line in it.
        if (isNotFound(error)) return { events: [], nextToken: undefined };
        throw error;
      });
    for (const { eventId: id = '', timestamp = 0, message = '' } of answer.events ?? []) {
      const { step } = parseEntry({ id, timestamp, ingested: 0, message }, 'workflow');
      if (step !== undefined) counts.set(step, (counts.get(step) ?? 0) + 1);
    }
    nextToken = answer.nextToken;
  } while (nextToken);
  return [...counts]
    .map(([step, retries]) => ({ step, retries }))
    .sort((a, b) => b.retries - a.retries);
}

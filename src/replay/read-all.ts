/** Reads histories ahead of their replay, so that neither waits for the other. */
import { UserError } from '../user-error.ts';
import type { ExecutionSummary, Recording } from './recording.ts';

/** Histories that are read at the same time. The rate limiter keeps the requests within the account's quota. */
const concurrentReads = 8;

/** An execution to replay, or the reason why it has no history. */
export type ReplaySource =
  | { readonly arn: string }
  | { readonly execution: ExecutionSummary; readonly reason: string };

/** A recording, or an execution whose history cannot be read. */
export type ReadResult =
  | { readonly recording: Recording }
  | { readonly execution: ExecutionSummary; readonly reason: string };

/**
 * Yields recordings in the order of their sources. An execution whose history Lambda no longer has is yielded with the reason. Throws any
 * other error of the first that cannot be read.
 */
export async function* readAll(
  sources: readonly ReplaySource[],
  read: (arn: string) => Promise<Recording>,
): AsyncGenerator<ReadResult, void> {
  const pending: Promise<ReadResult>[] = [];
  for (const source of sources) {
    const reading = 'reason' in source ? Promise.resolve(source) : readOne(source.arn, read);
    // An error is reported in its turn.
    reading.catch(() => undefined);
    pending.push(reading);
    if (pending.length >= concurrentReads) yield (await pending.shift()) as ReadResult;
  }
  for (const reading of pending) yield await reading;
}

async function readOne(
  arn: string,
  read: (arn: string) => Promise<Recording>,
): Promise<ReadResult> {
  try {
    return { recording: await read(arn) };
  } catch (error) {
    const reason = describeMissingHistory(error);
    if (reason === undefined) throw error;
    return { execution: { arn, name: parseExecutionName(arn) }, reason };
  }
}

/** Returns why an execution has no history; undefined for any other error. */
export function describeMissingHistory(error: unknown): string | undefined {
  return error instanceof UserError && error.code === 'HistoryGone' ? error.message : undefined;
}

/** Returns the name of an execution, which is the order id, from its ARN `…/durable-execution/NAME/ID`. */
export function parseExecutionName(arn: string): string {
  return arn.split('/').at(-2) ?? arn;
}

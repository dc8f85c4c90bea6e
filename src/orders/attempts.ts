import type { Event } from '@aws-sdk/client-lambda';
import type { Target } from '../target/resolve.ts';
import type { StepEvent } from './events.ts';

/** A failed attempt of a durable step, as the execution's history has it. */
export interface FailedAttempt extends Omit<StepEvent, 'type' | 'orderId' | 'state'> {
  /** Position in the history. */
  readonly seq: number;
}

/** An order is asked about every second or so; more attempts than this do not fail in between. */
const newest = 20;

/** The failed attempts among the newest events of an execution, the oldest first. */
export async function readFailedAttempts(target: Target, arn: string): Promise<FailedAttempt[]> {
  const { GetDurableExecutionHistoryCommand } = await import('../target/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  const answer = await lambda.send(
    new GetDurableExecutionHistoryCommand({
      DurableExecutionArn: arn,
      IncludeExecutionData: true,
      ReverseOrder: true,
      MaxItems: newest,
    }),
  );
  const events = (answer.Events ?? []).toReversed();
  return events.flatMap((event) => failedAttempt(event, target.timeScale) ?? []);
}

function failedAttempt(event: Event, timeScale: number): FailedAttempt | undefined {
  const { EventId: seq, EventTimestamp: at, Name: step, StepFailedDetails: details } = event;
  if (seq === undefined || !at || !step || !details) return undefined;
  const { CurrentAttempt = 1, NextAttemptDelaySeconds } = details.RetryDetails ?? {};
  const { ErrorType: type = 'Error', ErrorMessage: message = '' } = details.Error?.Payload ?? {};
  const retryInMs = ((NextAttemptDelaySeconds ?? 0) * 1000) / timeScale;
  return {
    seq,
    ts: at.toISOString(),
    step,
    attempt: CurrentAttempt,
    ...(NextAttemptDelaySeconds === undefined ? {} : { retryInMs }),
    error: { type, message },
  };
}

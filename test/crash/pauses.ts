import { setTimeout as delay } from 'node:timers/promises';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import {
  PauseDurableExecutionCommand,
  ResumeDurableExecutionCommand,
} from '../../src/aws/sdk/lambda-pausing.ts';
import type { RandomSource } from '../support/random.ts';
import { listExecutions } from './find-problems.ts';
import { retryUntilSuccess } from './retry-until-success.ts';

/** Number of executions that are paused in one round. */
const maxPausesAtOnce = 10;

/** Lists executions with a status, and repeats that until it succeeds. */
function list(lambda: LambdaClient, functionArn: string, status: string): Promise<string[]> {
  return retryUntilSuccess(() => listExecutions(lambda, functionArn, status));
}

/** Lists executions that have not ended, paused ones included. AWS takes one status for each request. */
export async function listOpen(lambda: LambdaClient, functionArn: string): Promise<string[]> {
  const arns: string[] = [];
  for (const status of ['RUNNING', 'PAUSING', 'PAUSED']) {
    arns.push(...(await list(lambda, functionArn, status)));
  }
  return arns;
}

interface PauseTarget {
  readonly lambda: LambdaClient;
  readonly functionArn: string;
}

/** Pauses and resumes random executions until it is closed. `close` resumes all of them and returns how many were paused. */
export function pauseRepeatedly({ lambda, functionArn }: PauseTarget, random: RandomSource) {
  let isClosing = false;
  let pauses = 0;
  const run = async () => {
    while (!isClosing) {
      const paused = await list(lambda, functionArn, 'PAUSED');
      for (const arn of paused.filter(() => random.percent(50)))
        await change(lambda, arn, 'resume');
      const running = await list(lambda, functionArn, 'RUNNING');
      const chosen = running.filter(() => random.percent(30)).slice(0, maxPausesAtOnce);
      const accepted = await Promise.all(chosen.map((arn) => change(lambda, arn, 'pause')));
      pauses += accepted.filter(Boolean).length;
      await delay(random.between(5, 50));
    }
    await resumeAll({ lambda, functionArn });
  };
  const done = run();
  return {
    async close(): Promise<number> {
      isClosing = true;
      await done;
      return pauses;
    },
  };
}

async function resumeAll({ lambda, functionArn }: PauseTarget): Promise<void> {
  for (;;) {
    const paused = [
      ...(await list(lambda, functionArn, 'PAUSED')),
      ...(await list(lambda, functionArn, 'PAUSING')),
    ];
    if (paused.length === 0) return;
    for (const arn of paused) await change(lambda, arn, 'resume');
    await delay(20);
  }
}

/** Pauses or resumes an execution. Returns whether the request was accepted. */
function change(lambda: LambdaClient, arn: string, action: 'pause' | 'resume'): Promise<boolean> {
  const input = { DurableExecutionArn: arn };
  const request =
    action === 'pause'
      ? lambda.send(new PauseDurableExecutionCommand(input))
      : lambda.send(new ResumeDurableExecutionCommand(input));
  return request.then(
    () => true,
    () => false,
  );
}

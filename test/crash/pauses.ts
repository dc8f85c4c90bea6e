import { setTimeout as delay } from 'node:timers/promises';
import type { LambdaClient } from '@aws-sdk/client-lambda';
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
  readonly url: string;
  readonly functionArn: string;
}

/** Pauses and resumes random executions until it is closed. `close` resumes all of them and returns how many were paused. */
export function pauseRepeatedly({ lambda, url, functionArn }: PauseTarget, random: RandomSource) {
  let isClosing = false;
  let pauses = 0;
  const run = async () => {
    while (!isClosing) {
      const paused = await list(lambda, functionArn, 'PAUSED');
      for (const arn of paused.filter(() => random.percent(50))) await change(url, arn, 'resume');
      const running = await list(lambda, functionArn, 'RUNNING');
      const chosen = running.filter(() => random.percent(30)).slice(0, maxPausesAtOnce);
      const accepted = await Promise.all(chosen.map((arn) => change(url, arn, 'pause')));
      pauses += accepted.filter(Boolean).length;
      await delay(random.between(5, 50));
    }
    await resumeAll({ lambda, url, functionArn });
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

async function resumeAll({ lambda, url, functionArn }: PauseTarget): Promise<void> {
  for (;;) {
    const paused = [
      ...(await list(lambda, functionArn, 'PAUSED')),
      ...(await list(lambda, functionArn, 'PAUSING')),
    ];
    if (paused.length === 0) return;
    for (const arn of paused) await change(url, arn, 'resume');
    await delay(20);
  }
}

/** Sends a request that the SDK's client does not know yet. Returns whether it was accepted. */
async function change(url: string, arn: string, action: 'pause' | 'resume'): Promise<boolean> {
  const path = `/2025-12-01/durable-executions/${encodeURIComponent(arn)}/${action}`;
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=crash/20260101/us-east-2/lambda/aws4_request',
      'content-type': 'application/json',
    },
    body: '{}',
  }).catch(() => undefined);
  return response?.status === 202;
}

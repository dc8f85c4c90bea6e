import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack as StackDescription } from '@aws-sdk/client-cloudformation';
import { outputs as names } from '../../functions/contract/api.ts';
import type { Stack } from '../environment/stack.ts';
import { findParameter } from '../environment/stack-parameters.ts';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import {
  findRolledBack,
  formatOutdated,
  formatRolledBack,
  publishCommand,
} from './live-version.ts';
import type { DurableFunction } from './versions.ts';

/** HTTP statuses of a working API: the order does not exist, or the caller has no permission. */
const workingStatuses = [404, 401, 403];

const unsignedTimeoutMs = 30_000;

/** Maximum number of unsigned requests after a deployment. A new deployment of an API reaches callers with a delay. */
const maxAccessRequests = 10;

/**
 * Checks a stack after its deployment: makes a dry-run invocation of the workflow, and reads an unknown order through the
 * API, signed and unsigned. Returns a summary. Throws UserError if a check fails.
 */
export async function checkDeployment(
  stack: Stack,
  { auth, functions }: { auth: ApiAuth | undefined; functions: readonly DurableFunction[] },
): Promise<string> {
  const alias = stack.outputs[names.workflowAliasArn];
  const api = stack.outputs[names.apiEndpoint];
  const found: string[] = [];
  if (alias) {
    const { InvokeCommand } = await import('../aws/sdk/lambda.ts');
    const lambda = await stack.target.clients.lambda();
    const dryRun = new InvokeCommand({ FunctionName: alias, InvocationType: 'DryRun' });
    await lambda.send(dryRun).catch((cause: unknown) => {
      throw checkFailedError(`${alias} cannot be invoked: ${(cause as Error).message}`, { cause });
    });
    found.push('the workflow can be invoked');
  }
  found.push(...checkLiveVersions(functions));
  if (api) {
    const status = await readApiStatus(stack.target, api);
    found.push(`the API responds (${status})`);
    if (auth) {
      const maxRequests = maxAccessRequests;
      found.push(await checkApiAccess(api, auth, { pollMs: stack.target.pollMs, maxRequests }));
    }
  }
  return found.join(', ') || 'nothing to check';
}

/**
 * Returns which aliases are rolled back. Throws UserError if an alias points to the newest version and that version lacks settings of
 * its function: the deployment changed the function without publishing a version.
 */
function checkLiveVersions(functions: readonly DurableFunction[]): string[] {
  const rolledBack = findRolledBack(functions);
  const outdated = functions.find(
    ({ functionName, differing }) =>
      differing.length > 0 && !rolledBack.some((other) => other.functionName === functionName),
  );
  if (outdated) {
    const hint = [publishCommand(outdated.functionName)];
    throw checkFailedError(formatOutdated(outdated), { hint });
  }
  return rolledBack.map(formatRolledBack);
}

/** Reads an unknown order through the API at `api` and returns the HTTP status. Throws UserError if the API does not work. */
export async function readApiStatus(target: Target, api: string): Promise<number> {
  const status = await requestStatus(target, `${api.replace(/\/+$/, '')}/orders/order-0000000000`);
  if (!workingStatuses.includes(status))
    throw checkFailedError(`${api} returns ${status} instead of 404`);
  return status;
}

/** A value of the template parameter ApiAuth. */
export type ApiAuth = 'AWS_IAM' | 'NONE';

/** Returns the value of ApiAuth in a stack's description; undefined if the stack has no such parameter. */
export function findApiAuth({ Parameters }: StackDescription): ApiAuth | undefined {
  const value = findParameter(Parameters, 'ApiAuth');
  return value === 'AWS_IAM' || value === 'NONE' ? value : undefined;
}

/**
 * Sends an unsigned request to the API and compares the result with ApiAuth. Repeats it up to `maxRequests` times. Returns a
 * summary. Throws UserError if the API accepts unsigned requests and should not, or the other way round.
 */
export async function checkApiAccess(
  api: string,
  auth: ApiAuth,
  { pollMs = 0, maxRequests = 1 }: { readonly pollMs?: number; readonly maxRequests?: number } = {},
): Promise<string> {
  const url = `${api.replace(/\/+$/, '')}/orders/order-0000000000`;
  for (let requests = 1; ; requests++) {
    const status = await sendUnsigned(url);
    const isRefused = status === 403 || status === 401;
    if (isRefused === (auth === 'AWS_IAM')) {
      return `unsigned requests are ${isRefused ? 'rejected' : 'accepted'} (${status})`;
    }
    if (requests < maxRequests) {
      await sleep(pollMs);
      continue;
    }
    const problem = isRefused
      ? `the API rejects unsigned requests (${status}), but ApiAuth is NONE`
      : `the API accepts unsigned requests (${status}), but ApiAuth is AWS_IAM`;
    throw checkFailedError(problem, { hint: [redeployCommand(api)] });
  }
}

async function sendUnsigned(url: string): Promise<number> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(unsignedTimeoutMs) })).status;
  } catch (cause) {
    throw checkFailedError(`${url} does not respond: ${(cause as Error).message}`, { cause });
  }
}

/** Returns the command that deploys the present definition of an API to the stage in its URL. */
function redeployCommand(api: string): string {
  const { hostname, pathname } = new URL(api);
  const [, localId] = /^\/execute-api\/([^/]+)/.exec(pathname) ?? [];
  const id = localId ?? hostname.split('.')[0] ?? '';
  const stage = pathname.split('/').filter(Boolean).at(-1) ?? '';
  return `aws apigateway create-deployment --rest-api-id ${id} --stage-name ${stage}`;
}

async function requestStatus(target: Target, url: string): Promise<number> {
  const { signedFetch } = await import('../aws/signed-fetch.ts');
  try {
    return (await signedFetch(target, url, { method: 'GET', headers: {} })).status;
  } catch (cause) {
    throw checkFailedError(`${url} does not respond: ${(cause as Error).message}`, { cause });
  }
}

function checkFailedError(
  problem: string,
  {
    cause,
    hint = ['orders logs --level error', 'orders doctor'],
  }: { readonly cause?: unknown; readonly hint?: readonly string[] } = {},
): UserError {
  return new UserError(`The stack is deployed but does not work: ${problem}`, {
    hint,
    exit: 21,
    code: 'CheckFailed',
    cause,
  });
}

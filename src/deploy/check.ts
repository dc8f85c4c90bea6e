import { outputs as names } from '../../functions/contract/api.ts';
import type { StackOutputs } from '../environment/stack-outputs.ts';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';

/** Whoever may not call the API is told so: it answers. */
const answering = [404, 401, 403];

/**
 * Asks a stack that was just deployed whether it is there: its alias whether it may be invoked, its API for an order that
 * does not exist. Throws a UserError when one of them does not answer as it should.
 */
export async function checkDeployment(target: Target, outputs: StackOutputs): Promise<string> {
  const alias = outputs[names.workflowAliasArn];
  const api = outputs[names.apiEndpoint];
  const found: string[] = [];
  if (alias) {
    const { InvokeCommand } = await import('../aws/sdk/lambda.ts');
    const lambda = await target.clients.lambda();
    const dryRun = new InvokeCommand({ FunctionName: alias, InvocationType: 'DryRun' });
    await lambda.send(dryRun).catch((cause: unknown) => {
      throw unanswered(`${alias} cannot be invoked: ${(cause as Error).message}`, cause);
    });
    found.push('the workflow can be invoked');
  }
  if (api) {
    const status = await apiStatus(target, api);
    found.push(`the API answers (${status})`);
  }
  return found.join(', ') || 'it has nothing to ask';
}

/** Asks the API at `api` for an order that does not exist. Throws a UserError when it answers as if it did not work. */
export async function apiStatus(target: Target, api: string): Promise<number> {
  const status = await statusOf(target, `${api.replace(/\/+$/, '')}/orders/order-0000000000`);
  if (!answering.includes(status)) throw unanswered(`${api} answers ${status} instead of 404`);
  return status;
}

async function statusOf(target: Target, url: string): Promise<number> {
  const { signedFetch } = await import('../aws/signed-fetch.ts');
  try {
    return (await signedFetch(target, url, { method: 'GET', headers: {} })).status;
  } catch (cause) {
    throw unanswered(`${url} does not answer: ${(cause as Error).message}`, cause);
  }
}

function unanswered(what: string, cause?: unknown): UserError {
  return new UserError(`The stack is deployed, and does not work: ${what}`, {
    hint: ['orders logs --level error', 'orders doctor'],
    exit: 21,
    code: 'CheckFailed',
    cause,
  });
}

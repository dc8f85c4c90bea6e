/** Starts and ends outages of the simulated providers, to see how orders wait for a provider. */
import { outputs } from '../../../functions/contract/api.ts';
import {
  isProvider,
  outagesKey,
  type Provider,
  providers,
} from '../../../functions/contract/providers.ts';
import { closestMatch } from '../../did-you-mean.ts';
import type { Stack } from '../../environment/stack.ts';
import { describeStack } from '../../environment/stack-outputs.ts';
import { findParameter } from '../../environment/stack-parameters.ts';
import { UserError } from '../../user-error.ts';
import { getItem, updateItem } from '../tables/table.ts';

/** An outage of a simulated provider. */
export interface Outage {
  readonly provider: Provider;
  /** RFC 3339 UTC. */
  readonly since: string;
}

export interface OutageChange {
  readonly provider: Provider;
  readonly result: 'started' | 'stopped' | 'unchanged';
}

const table = outputs.providerCallsTable;

/** Returns the name as a provider. Throws a UserError (exit 5) that lists all providers if there is none with this name. */
export function parseProvider(name: string): Provider {
  if (isProvider(name)) return name;
  const meant = closestMatch(name, providers);
  throw new UserError(`There is no provider "${name}".`, {
    hint: [...(meant ? [`did you mean: ${meant}`] : []), `providers: ${providers.join(', ')}`],
    exit: 5,
    code: 'NotFound',
  });
}

/** Returns the current outages in the order of the providers. */
export async function listOutages(stack: Stack): Promise<Outage[]> {
  const item = (await getItem(stack, table, outagesKey)) ?? {};
  return providers.flatMap((provider) => {
    const since = item[provider];
    return typeof since === 'string' ? [{ provider, since }] : [];
  });
}

/**
 * Starts an outage: from the next second on, every call of a stage to the simulated provider fails as unavailable. Throws a
 * UserError (exit 6) if the provider of this stack is not simulated.
 */
export async function startOutage(stack: Stack, provider: Provider): Promise<OutageChange> {
  await requireSimulated(stack, provider);
  const before = await updateItem(stack, table, {
    key: outagesKey,
    UpdateExpression: 'SET #provider = if_not_exists(#provider, :now)',
    ExpressionAttributeNames: { '#provider': provider },
    ExpressionAttributeValues: { ':now': new Date().toISOString() },
    ReturnValues: 'UPDATED_OLD',
  });
  return { provider, result: provider in before ? 'unchanged' : 'started' };
}

/** Ends an outage. Orders that wait for the provider continue with their next attempts. */
export async function stopOutage(stack: Stack, provider: Provider): Promise<OutageChange> {
  const before = await updateItem(stack, table, {
    key: outagesKey,
    UpdateExpression: 'REMOVE #provider',
    ExpressionAttributeNames: { '#provider': provider },
    ReturnValues: 'ALL_OLD',
  });
  return { provider, result: provider in before ? 'stopped' : 'unchanged' };
}

async function requireSimulated({ target }: Stack, provider: Provider): Promise<void> {
  if (provider !== 'payments') return;
  const { Parameters } = (await describeStack(target)) ?? {};
  const payments = findParameter(Parameters, 'PaymentProvider') ?? 'simulated';
  if (payments === 'simulated') return;
  throw new UserError(
    `The payments of this stack are not simulated: PaymentProvider=${payments}.`,
    {
      hint: 'orders outage start carrier',
      exit: 6,
      code: 'NotSimulated',
    },
  );
}

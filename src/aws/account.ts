import type { Target } from '../environment/target.ts';
import { isTransient } from './errors.ts';

/** What Lambda says of an account in a Region. */
export interface AccountSettings {
  /** How many functions may run at once. */
  readonly concurrency: number | undefined;
  /** Bytes. */
  readonly codeUsed: number | undefined;
  readonly codeLimit: number | undefined;
}

/** What Lambda says of the account; nothing where it does not. Throws what may pass. */
export async function accountSettings(target: Target): Promise<AccountSettings | undefined> {
  const { GetAccountSettingsCommand } = await import('./sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  try {
    const { AccountLimit, AccountUsage } = await lambda.send(new GetAccountSettingsCommand({}));
    return {
      concurrency: AccountLimit?.UnreservedConcurrentExecutions,
      codeUsed: AccountUsage?.TotalCodeSize,
      codeLimit: AccountLimit?.TotalCodeSize,
    };
  } catch (error) {
    if (isTransient(error)) throw error;
    return undefined;
  }
}

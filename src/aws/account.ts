import type { Target } from '../environment/target.ts';
import { isTransient } from './errors.ts';

/** Lambda's settings of an account in one Region. */
export interface AccountSettings {
  /** Maximum number of concurrent invocations. */
  readonly concurrency: number | undefined;
  /** Total size of all function code (bytes). */
  readonly codeUsed: number | undefined;
  readonly codeLimit: number | undefined;
}

/** Reads Lambda's account settings; undefined if the caller may not read them. Throws transient errors. */
export async function readAccountSettings(target: Target): Promise<AccountSettings | undefined> {
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

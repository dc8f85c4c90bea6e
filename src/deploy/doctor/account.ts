/** Looks at whose the credentials are, and what their account and region offer. */
import { accountSettings } from '../../aws/account.ts';
import { errorName, isDenied, isNotFound } from '../../aws/errors.ts';
import { type Check, failing, ok, warning } from './finding.ts';

const minute = 60_000;
/** Credentials that last no longer may end in the middle of a watch, ms. */
const soon = 15 * minute;
/** Ages and estimates are wrong by this much, ms. */
const muchSkew = minute;
/** AWS refuses signatures that are further off (SigV4), ms. */
const mostSkew = 5 * minute;

/** Lambda's documented quotas: what an account has that has asked for nothing, and does not tell of itself. */
const documented = { concurrency: 1000, running: 5_000_000 };
/** With fewer, a handful of orders waits for others (new accounts begin with 10). */
const fewAtOnce = 50;
const nearlyAll = 0.8;

export const account = {
  credentials: {
    needs: 'runtime',
    async look(facts) {
      const { arn, expiresAt } = await facts.caller();
      if (expiresAt === undefined) return ok(arn);
      const left = expiresAt - Date.now();
      const until = new Date(expiresAt).toISOString();
      const { profile } = facts.target.environment;
      const signIn = `aws sso login${profile ? ` --profile ${profile}` : ''}`;
      return left < soon
        ? warning(`${arn}, only until ${until}`, signIn)
        : ok(`${arn}, until ${until}`);
    },
  },
  clock: {
    needs: 'runtime',
    async look(facts) {
      await facts.caller().catch(() => {});
      const { skewMs } = facts;
      if (skewMs === undefined) return undefined;
      const off = Math.abs(skewMs);
      if (off < 2000) return ok('as that of AWS');
      const text =
        off < 2 * minute ? `${Math.round(off / 1000)} s` : `${Math.round(off / minute)} min`;
      const message = `${text} ${skewMs > 0 ? 'ahead of' : 'behind'} that of AWS`;
      const fix = "set this machine's clock: timedatectl set-ntp true";
      if (off > mostSkew) return failing(`${message}; it refuses more than 5 min`, fix);
      return off > muchSkew ? warning(message, fix) : ok(message);
    },
  },
  region: {
    needs: 'account',
    async look({ target }) {
      const { region, stack, name } = target.environment;
      const { ListDurableExecutionsByFunctionCommand } = await import('../../aws/sdk/lambda.ts');
      const lambda = await target.clients.lambda();
      const list = new ListDurableExecutionsByFunctionCommand({
        FunctionName: `${stack}-workflow`,
        MaxItems: 1,
      });
      try {
        await lambda.send(list);
      } catch (error) {
        if (isUnknownOperation(error)) {
          return failing(
            `Lambda in ${region} knows no durable functions`,
            `orders deploy -e ${name} --region us-east-2`,
          );
        }
        // Where there is no such function, what answers knows durable executions all the same.
        if (!isNotFound(error)) throw error;
      }
      return ok(`${region} has durable functions`);
    },
  },
  quotas: {
    needs: 'account',
    async look(facts) {
      const settings = await accountSettings(facts.target);
      const running = await facts.running().catch(() => undefined);
      const { concurrency = documented.concurrency, codeUsed = 0, codeLimit } = settings ?? {};
      const source = settings ? '' : ' (documented, the account does not tell)';
      const atOnce = `${concurrency} invocations at once${source}`;
      const most = documented.running;
      const message = running
        ? `${running.length} of ${most / 1e6} million executions, ${atOnce}`
        : atOnce;
      if (concurrency < fewAtOnce)
        return warning(
          `only ${concurrency} invocations at once: orders wait for each other`,
          'aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000',
        );
      if ((running?.length ?? 0) > nearlyAll * most)
        return warning(message, 'orders list --running');
      if (codeLimit && codeUsed > nearlyAll * codeLimit)
        return warning('the room for function code is nearly used up', 'orders versions prune');
      return ok(message);
    },
  },
} as const satisfies Record<string, Check>;

/** AWS refuses whom it cannot look up the permission for, as the operation has no name there. */
function isUnknownOperation(error: unknown): boolean {
  const message = error instanceof Error ? error.message : '';
  return (
    errorName(error) === 'UnknownOperationException' ||
    (isDenied(error) && /Unable to determine service\/operation name/.test(message))
  );
}

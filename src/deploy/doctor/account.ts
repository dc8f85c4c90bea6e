/** Checks of the credentials, the clock, the region and the account's quotas. */
import { readAccountSettings } from '../../aws/account.ts';
import { errorName, isDenied, isNotFound } from '../../aws/errors.ts';
import { describeSetBack, setClockHint } from '../../environment/latest-record.ts';
import { type Check, failing, ok, warning } from './finding.ts';

const minuteMs = 60_000;
/** Credentials with less time left may expire during a watch (ms). */
const expiryWarningMs = 15 * minuteMs;
/** From this clock skew on, ages and estimates are visibly wrong (ms). */
const warnSkewMs = minuteMs;
/** AWS rejects signatures with a larger clock skew (SigV4) (ms). */
const maxSkewMs = 5 * minuteMs;

/** Lambda's documented default quotas, used if the account's own cannot be read. */
const documentedQuotas = { concurrency: 1000, running: 5_000_000 };
/** With less concurrency, a few orders already wait for each other (new accounts have 10). */
const minConcurrency = 50;
/** Share of a quota from which on the check warns. */
const quotaWarningShare = 0.8;

export const account = {
  credentials: {
    needs: 'runtime',
    async run(facts) {
      const { arn, expiresAt } = await facts.caller();
      if (expiresAt === undefined) return ok(arn);
      const left = expiresAt - Date.now();
      const until = new Date(expiresAt).toISOString();
      const { profile } = facts.target.environment;
      const signIn = `aws sso login${profile ? ` --profile ${profile}` : ''}`;
      return left < expiryWarningMs
        ? warning(`${arn}, only until ${until}`, signIn)
        : ok(`${arn}, until ${until}`);
    },
  },
  clock: {
    needs: 'runtime',
    async run(facts) {
      const setBack = describeSetBack(facts.target);
      if (setBack)
        return warning(`${setBack}; none is lost`, `set this machine's clock: ${setClockHint}`);
      await facts.caller().catch(() => {});
      const { skewMs } = facts;
      if (skewMs === undefined) return undefined;
      const off = Math.abs(skewMs);
      if (off < 2000) return ok('in sync with AWS');
      const text =
        off < 2 * minuteMs ? `${Math.round(off / 1000)} s` : `${Math.round(off / minuteMs)} min`;
      const message = `${text} ${skewMs > 0 ? 'ahead of' : 'behind'} AWS`;
      const fix = `set this machine's clock: ${setClockHint}`;
      if (off > maxSkewMs) return failing(`${message}; AWS rejects more than 5 min`, fix);
      return off > warnSkewMs ? warning(message, fix) : ok(message);
    },
  },
  region: {
    needs: 'account',
    async run({ target }) {
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
            `Lambda in ${region} does not support durable functions`,
            `orders deploy -e ${name} --region us-east-2`,
          );
        }
        // "Function not found" proves as well that the region supports durable executions.
        if (!isNotFound(error)) throw error;
      }
      return ok(`${region} supports durable functions`);
    },
  },
  quotas: {
    needs: 'account',
    async run(facts) {
      const settings = await readAccountSettings(facts.target);
      const running = await facts.running().catch(() => undefined);
      const {
        concurrency = documentedQuotas.concurrency,
        codeUsed = 0,
        codeLimit,
      } = settings ?? {};
      const source = settings ? '' : ' (documented default; the account settings cannot be read)';
      const invocations = `${concurrency} concurrent invocations${source}`;
      const maxRunning = documentedQuotas.running;
      const message = running
        ? `${running.length} of ${maxRunning / 1e6} million executions, ${invocations}`
        : invocations;
      if (concurrency < minConcurrency)
        return warning(
          `only ${concurrency} concurrent invocations: orders wait for each other`,
          'aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000',
        );
      if ((running?.length ?? 0) > quotaWarningShare * maxRunning)
        return warning(message, 'orders list --running');
      if (codeLimit && codeUsed > quotaWarningShare * codeLimit)
        return warning('the storage for function code is almost full', 'orders versions prune');
      return ok(message);
    },
  },
} as const satisfies Record<string, Check>;

/** Whether the region lacks the operation. AWS then denies access, because it cannot determine the permission to check. */
function isUnknownOperation(error: unknown): boolean {
  const message = error instanceof Error ? error.message : '';
  return (
    errorName(error) === 'UnknownOperationException' ||
    (isDenied(error) && /Unable to determine service\/operation name/.test(message))
  );
}

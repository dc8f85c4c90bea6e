import type { Stack as StackDescription } from '@aws-sdk/client-cloudformation';
import { outputs as names } from '../../../functions/contract/api.ts';
import { parseOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { listParameters } from '../check-parameters.ts';
import { checkCanaryStock } from '../divided-stock.ts';
import { readLiveAlias } from '../live-alias.ts';
import type { TemplateFile } from '../template-file.ts';
import { checkAlarms } from './alarms.ts';
import { type Release, requireReleaseParameters } from './release.ts';
import { type CanaryTerms, formatTerms } from './terms.ts';

/** A canary that a deployment starts. */
export interface CanaryStart {
  /** Share of new orders that run the new version (0 to 1, both excluded). */
  readonly weight: number;
  readonly terms: CanaryTerms;
}

interface CanaryContext {
  readonly existing: StackDescription | undefined;
  readonly template: TemplateFile;
  /** Parameters that the deployment sets. */
  readonly given: Readonly<Record<string, string>>;
}

/**
 * Returns the release that starts a canary: new orders keep the live version, apart from the canary's share. Throws UserError if the
 * stack has no live version, the template no parameters for it, an alarm does not exist or is in alarm, or the live version cannot
 * find the stock that the new one divides.
 */
export async function planCanary(
  target: Target,
  { weight, terms }: CanaryStart,
  { existing, template, given }: CanaryContext,
): Promise<Release> {
  requireReleaseParameters(template);
  const functionArn = existing && parseOutputs(existing)[names.workflowFunctionArn];
  const functionName = functionArn?.split(':').at(-1);
  if (functionName === undefined) {
    throw new UserError(
      'The first deployment cannot be a canary: there is no version to compare.',
      {
        hint: 'orders deploy',
        code: 'NothingToCompare',
      },
    );
  }
  const alarms = await checkAlarms(target, terms.alarms);
  const { version } = await readLiveAlias(target, functionName);
  await checkCanaryStock(target, {
    functionName,
    live: version,
    parameters: { ...defaultsOf(template), ...valuesOf(existing), ...given },
  });
  return { live: version, weight, terms: formatTerms({ ...terms, alarms }) };
}

function defaultsOf(template: TemplateFile): Record<string, string | undefined> {
  const declared = Object.entries(listParameters(template));
  return Object.fromEntries(
    declared.map(([name, { Default }]) => [
      name,
      Default === undefined ? undefined : String(Default),
    ]),
  );
}

function valuesOf(existing: StackDescription | undefined): Record<string, string | undefined> {
  const values = existing?.Parameters ?? [];
  return Object.fromEntries(
    values.map(({ ParameterKey = '', ParameterValue }) => [ParameterKey, ParameterValue]),
  );
}

/** Returns the error for a canary that would publish no version of the workflow. */
export function nothingToCanary(needed: boolean): UserError {
  return new UserError(
    'The deployment publishes no version of the workflow: a canary has nothing to judge.',
    {
      hint: needed ? 'orders deploy' : 'nothing changed since the last deployment',
      code: 'NothingToCanary',
    },
  );
}

/** Rethrows the error of a check after the start of a canary, with the commands that end or continue it. */
export function rethrowWithCanary(error: unknown): never {
  if (!(error instanceof UserError)) throw error;
  const { message, hints, exit, code, cause } = error;
  const hint = [
    'the canary is open; to end it: orders versions rollback',
    'to judge it: orders deploy --attach',
    ...hints,
  ];
  throw new UserError(message, { hint, exit, code, cause });
}

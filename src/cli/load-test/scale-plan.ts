/** The plan of `orders load-test --dry-run --rate` without a number of orders: a constant rate instead of a test. */
import { chooseEnvironment, type EnvironmentFlags } from '../../environment/choose-environment.ts';
import { configFileName, readConfig } from '../../environment/config-file.ts';
import { projectRoot } from '../../environment/project.ts';
import { orderUse } from '../../orders/scale/order-use.ts';
import { rateParameters, readRateSettings } from '../../orders/scale/rate-settings.ts';
import { planScale, type ScalePlan } from '../../orders/scale/scale-plan.ts';
import { UserError } from '../../user-error.ts';
import type { LoadFlags } from './load-flags.ts';

/** Highest rate of a plan (orders per second). */
const maxRate = 1_000_000;

/**
 * Returns the plan for the rate, with the Region and the template parameters that the configuration sets for the environment.
 * Sends no request. Throws UserError for flags that concern only a test.
 */
export function readScalePlan(
  flags: LoadFlags & EnvironmentFlags,
  { cwd, variables }: { cwd: string; variables: NodeJS.ProcessEnv },
): ScalePlan {
  rejectTestFlags(flags);
  const { rate = 0, via } = flags;
  if (rate > maxRate) {
    throw new UserError(`--rate ${rate} exceeds the maximum of an estimate: ${maxRate}.`, {
      hint: `--rate ${maxRate}`,
      code: 'TooFast',
    });
  }
  const config = readConfig(projectRoot(cwd));
  const environment = chooseEnvironment({ ...flags, printsOnly: true }, variables, config);
  const { name, region, parameters = {} } = environment;
  rejectInvalidParameters(name, parameters);
  return planScale(orderUse, { rate, region, via, settings: readRateSettings(parameters) });
}

function rejectInvalidParameters(
  environment: string,
  parameters: Readonly<Record<string, string>>,
): void {
  const invalid = rateParameters.find((name) => !/^[1-9]\d*$/.test(parameters[name] ?? '1'));
  if (invalid === undefined) return;
  throw new UserError(
    `Parameter ${invalid} of "${environment}" is not a positive integer: ${parameters[invalid]}.`,
    { hint: `correct it in ${configFileName}`, exit: 3, code: 'InvalidConfig' },
  );
}

function rejectTestFlags(flags: LoadFlags): void {
  const given = {
    mix: flags.mix,
    seed: flags.seed,
    ramp: flags.ramp,
    threshold: flags.threshold,
    'abort-on-threshold': flags['abort-on-threshold'] || undefined,
    warmup: flags.warmup || undefined,
    until: flags.until === 'terminal' ? undefined : flags.until,
    concurrency: flags.concurrency,
  };
  const [name] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return;
  throw new UserError(`--${name} has no effect on an estimate of a constant rate.`, {
    hint: [`omit --${name}`, 'to estimate a test: add --count or --duration'],
    code: 'Contradiction',
  });
}

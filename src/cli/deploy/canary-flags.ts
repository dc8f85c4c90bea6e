import { Flags, type Interfaces } from '@oclif/core';
import type { CanaryStart } from '../../deploy/canary/start.ts';
import { tooFewChoices } from '../../deploy/canary/terms.ts';
import { UserError } from '../../user-error.ts';
import { durationFlag } from '../command/base-command.ts';

const dependsOn = ['canary'];

/** Flags of a deployment that gives the new version only a share of the new orders. */
export const canaryFlags = {
  canary: Flags.string({
    description: 'share of new orders for the new version, then judge it',
    helpValue: '<percent>',
    exclusive: ['template', 'attach', 'smoke'],
  }),
  bake: durationFlag({ description: 'time before the decision (default: 30m)', dependsOn }),
  'bake-limit': durationFlag({
    description: 'longest time with too few orders (default: 4 × bake)',
    dependsOn,
  }),
  'min-orders': Flags.integer({
    description: 'ended orders that each version needs (default: 60)',
    helpValue: '<n>',
    min: 1,
    max: 100_000,
    dependsOn,
  }),
  'on-too-few': Flags.option({ options: tooFewChoices })({
    description: 'decision with too few orders (default: rollback)',
    dependsOn,
  }),
  'canary-alarm': Flags.string({
    description: 'CloudWatch alarm that rolls back, by name or logical id',
    helpValue: '<name>',
    multiple: true,
    multipleNonGreedy: true,
    dependsOn,
  }),
  'accept-slower': Flags.boolean({
    description: 'do not judge how long stages take',
    dependsOn,
  }),
};

const defaultBakeMs = 30 * 60_000;
const defaultBakes = 4;
/** If none of 60 orders failed, the true share of failures is below 5 % with a confidence of 95 %: 0.95 ** 60 < 0.05. */
const defaultMinOrders = 60;

/** Returns the canary that the flags ask for; undefined without `--canary`. Throws UserError for an invalid value. */
export function parseCanary(
  flags: Interfaces.InferredFlags<typeof canaryFlags>,
): CanaryStart | undefined {
  if (flags.canary === undefined) return undefined;
  const weight = Number(/^(\d+(?:\.\d{1,2})?)%$/.exec(flags.canary)?.[1]) / 100;
  if (!(weight > 0 && weight <= 0.99)) {
    throw new UserError(`--canary must be a share from 0.01% to 99%, not "${flags.canary}".`, {
      hint: 'orders deploy --canary 10%',
    });
  }
  const bakeMs = flags.bake ?? defaultBakeMs;
  const limitMs = flags['bake-limit'] ?? bakeMs * defaultBakes;
  if (bakeMs === 0) throw new UserError('--bake must be more than 0.', { hint: '--bake 30m' });
  if (limitMs < bakeMs) {
    throw new UserError('--bake-limit must not be shorter than --bake.', {
      hint: 'leave out --bake-limit: the default is 4 times --bake',
    });
  }
  return {
    weight,
    terms: {
      bakeMs,
      limitMs,
      minOrders: flags['min-orders'] ?? defaultMinOrders,
      onTooFew: flags['on-too-few'] ?? 'rollback',
      judgesDurations: !flags['accept-slower'],
      alarms: flags['canary-alarm'] ?? [],
    },
  };
}

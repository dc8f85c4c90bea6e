import type { Proposal } from '../../deploy/deploy.ts';
import {
  changesNeedingApproval,
  type PlannedChange,
  publishesVersion,
} from '../../deploy/planned-changes.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { confirmYes } from '../command/confirm.ts';
import { formatPlan } from './plan-text.ts';

export interface ApprovalFlags {
  /** Print the plan without applying it. */
  readonly plan: boolean;
  readonly yes: boolean;
  readonly 'no-input': boolean;
  readonly 'allow-replace': readonly string[] | undefined;
  readonly 'allow-delete': readonly string[] | undefined;
  readonly confirm: string | undefined;
}

/** Prints a plan to stderr. */
export function printPlan({ kind, changes, parameters, running, share }: Proposal): void {
  const publishes = publishesVersion(changes) && kind === 'UPDATE';
  const staying = publishes ? running : 0;
  process.stderr.write(
    formatPlan(changes, { parameters, staying, publishes, share, stream: process.stderr }),
  );
}

/**
 * Prints a plan and asks for confirmation, unless a flag or a target that deploys automatically makes it unnecessary.
 * Returns whether to apply the plan. Throws UserError if a confirmation is missing or denied.
 */
export async function approvePlan(
  target: Target,
  proposal: Proposal,
  flags: ApprovalFlags,
): Promise<boolean> {
  if (flags.plan || !target.autoDeploys) printPlan(proposal);
  if (flags.plan) return false;
  const { changes } = proposal;
  rejectUnapproved(changesNeedingApproval(changes, 'replace'), {
    flag: 'allow-replace',
    verb: 'replace',
    allowed: flags['allow-replace'],
  });
  rejectUnapproved(changesNeedingApproval(changes, 'remove'), {
    flag: 'allow-delete',
    verb: 'delete',
    allowed: flags['allow-delete'],
  });
  if (target.autoDeploys || flags.yes || flags.confirm !== undefined) return true;
  await confirmYes(flags, {
    question: `Deploy this to ${target.label}?`,
    nonInteractiveMessage: `Deploying to ${target.label} requires confirmation.`,
    hint: ['orders deploy --yes', 'orders deploy --plan'],
  });
  return true;
}

/** Throws UserError unless every change that loses data or a published address is allowed by its resource name. */
function rejectUnapproved(
  changes: readonly PlannedChange[],
  {
    flag,
    verb,
    allowed = [],
  }: { flag: string; verb: string; allowed: readonly string[] | undefined },
): void {
  const unapproved = changes.filter(({ logicalId }) => !allowed.includes(logicalId));
  if (unapproved.length === 0) return;
  const names = unapproved.map(({ logicalId, kind }) => `the ${kind} ${logicalId}`).join(', ');
  throw new UserError(`The deployment would ${verb} ${names}; nothing was changed.`, {
    hint: [
      `orders deploy ${unapproved.map(({ logicalId }) => `--${flag} ${logicalId}`).join(' ')}`,
      'orders deploy --plan',
    ],
    exit: 4,
    code: 'NeedsConfirmation',
  });
}

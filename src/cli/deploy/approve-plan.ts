import type { Proposal } from '../../deploy/deploy.ts';
import { guarded, type PlannedChange, publishesVersion } from '../../deploy/planned-changes.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { askYes } from '../command/confirm.ts';
import { describePlan } from './plan-text.ts';

export interface ApprovalFlags {
  /** Show the plan and do nothing. */
  readonly plan: boolean;
  readonly yes: boolean;
  readonly 'no-input': boolean;
  readonly 'allow-replace': readonly string[] | undefined;
  readonly 'allow-delete': readonly string[] | undefined;
  readonly confirm: string | undefined;
}

/** Shows a plan on stderr. */
export function showPlan({ kind, changes, running }: Proposal): void {
  const staying = publishesVersion(changes) && kind === 'UPDATE' ? running : 0;
  process.stderr.write(describePlan(changes, { staying, stream: process.stderr }));
}

/**
 * Shows a plan and gets the answers that it takes: by flag, or from a person. A target that sets itself up is
 * not asked about, but what would take data along is refused there too. Throws when an answer is missing or no.
 */
export async function approvePlan(
  target: Target,
  proposal: Proposal,
  flags: ApprovalFlags,
): Promise<boolean> {
  if (flags.plan || !target.deploysItself) showPlan(proposal);
  if (flags.plan) return false;
  const { changes } = proposal;
  refuse(guarded(changes, 'replace'), {
    flag: 'allow-replace',
    what: 'replace',
    allowed: flags['allow-replace'],
  });
  refuse(guarded(changes, 'remove'), {
    flag: 'allow-delete',
    what: 'delete',
    allowed: flags['allow-delete'],
  });
  if (target.deploysItself || flags.yes || flags.confirm !== undefined) return true;
  await askYes(flags, {
    question: `Deploy this to ${target.label}?`,
    otherwise: `Deploying to ${target.label} takes a yes.`,
    hint: ['orders deploy --yes', 'orders deploy --plan'],
  });
  return true;
}

/** What would take data, or an address that others know, along goes ahead only by name. */
function refuse(
  changes: readonly PlannedChange[],
  {
    flag,
    what,
    allowed = [],
  }: { flag: string; what: string; allowed: readonly string[] | undefined },
): void {
  const left = changes.filter(({ logicalId }) => !allowed.includes(logicalId));
  if (left.length === 0) return;
  const names = left.map(({ logicalId, kind }) => `the ${kind} ${logicalId}`).join(', ');
  throw new UserError(`This would ${what} ${names}; nothing was changed.`, {
    hint: [
      `orders deploy ${left.map(({ logicalId }) => `--${flag} ${logicalId}`).join(' ')}`,
      'orders deploy --plan',
    ],
    exit: 4,
    code: 'NeedsConfirmation',
  });
}

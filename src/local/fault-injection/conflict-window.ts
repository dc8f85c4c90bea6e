/** Default duration of a transaction when quotas are enforced (ms): about the time of a transaction on AWS. */
const defaultConflictWindowMs = 10;

/** Returns the conflict window for a setting of the quotas. */
export function conflictWindow(enforceQuotas: boolean | undefined): number {
  return enforceQuotas ? defaultConflictWindowMs : 0;
}

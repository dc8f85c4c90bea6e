import type { RuntimeState } from '../local/state-file.ts';

/** How a runtime behaves, for people. */
export function describeRuntime({ timeScale, enforceQuotas, inject = [] }: RuntimeState): string {
  const parts = [`time ×${timeScale}`];
  if (enforceQuotas) parts.push('quotas enforced');
  if (inject.length > 0) parts.push(`faults: ${inject.join(' ')}`);
  return parts.join(', ');
}

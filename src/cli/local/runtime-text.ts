import type { RuntimeState } from '../../local/state-file.ts';
import type { StoreCheck } from '../../local/store-check.ts';

/** How a runtime behaves, for people. */
export function describeRuntime({ timeScale, enforceQuotas, inject = [] }: RuntimeState): string {
  const parts = [`time ×${timeScale}`];
  if (enforceQuotas) parts.push('quotas enforced');
  if (inject.length > 0) parts.push(`faults: ${inject.join(' ')}`);
  return parts.join(', ');
}

/** What a look through the store found, for people; lines. */
export function describeStore(check: StoreCheck | undefined): string {
  if (!check) return 'store: none yet\n';
  const { bytes, executions, running, problems } = check;
  const size = `${(bytes / 2 ** 20).toFixed(1)} MB`;
  if (problems.length === 0) {
    const all = executions === 1 ? '1 execution' : `${executions} executions`;
    return `store: sound, ${all}, ${running} running, ${size}\n`;
  }
  return `store: not sound\n${problems.map((problem) => `  ${problem}\n`).join('')}`;
}

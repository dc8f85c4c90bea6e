import type { RuntimeState } from '../../local/runtime/state-file.ts';
import type { StoreCheck } from '../../local/runtime/store-check.ts';

/** Returns a runtime's settings as text: `time ×60, quotas enforced`. */
export function formatRuntime({ timeScale, enforceQuotas, inject = [] }: RuntimeState): string {
  const settings = [`time ×${timeScale}`];
  if (enforceQuotas) settings.push('quotas enforced');
  if (inject.length > 0) settings.push(`faults: ${inject.join(' ')}`);
  return settings.join(', ');
}

/** Returns the settings in which a runtime differs from the one that it replaced: `port: 4599 → 4510`. */
export function describeChanges(before: RuntimeState, after: RuntimeState): string[] {
  const settings = ({ url, timeScale, enforceQuotas, inject = [], build }: RuntimeState) => ({
    port: new URL(url).port,
    'time scale': String(timeScale),
    quotas: enforceQuotas ? 'enforced' : 'not enforced',
    faults: inject.join(' ') || 'none',
    build,
  });
  const [old, now] = [settings(before), settings(after)];
  return (Object.keys(now) as (keyof typeof now)[])
    .filter((name) => old[name] !== now[name])
    .map((name) => (name === 'build' ? 'another build' : `${name}: ${old[name]} → ${now[name]}`));
}

/** Returns the result of a store check as lines. */
export function formatStoreCheck(check: StoreCheck | undefined): string {
  if (!check) return 'store: none yet\n';
  const { bytes, executions, running, problems } = check;
  const size = `${(bytes / 2 ** 20).toFixed(1)} MB`;
  if (problems.length === 0) {
    const total = executions === 1 ? '1 execution' : `${executions} executions`;
    return `store: consistent, ${total}, ${running} running, ${size}\n`;
  }
  return `store: inconsistent\n${problems.map((problem) => `  ${problem}\n`).join('')}`;
}

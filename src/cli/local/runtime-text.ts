import type { RuntimeState } from '../../local/runtime/state-file.ts';
import type { StoreCheck } from '../../local/runtime/store-check.ts';

/** Returns how a runtime treats requests, as JSON output has it. */
export function toTraffic(state: RuntimeState) {
  const { enforceQuotas = false, enforceIam = true, conflictWindowMs = 0, inject = [] } = state;
  return { enforceQuotas, enforceIam, conflictWindowMs, inject };
}

/** Returns a runtime's settings as text: `time ×60, quotas enforced, transactions 10ms`. */
export function formatRuntime(state: RuntimeState): string {
  const { enforceQuotas, enforceIam, conflictWindowMs, inject } = toTraffic(state);
  const settings = [`time ×${state.timeScale}`];
  if (enforceQuotas) settings.push('quotas enforced');
  if (!enforceIam) settings.push('policies not enforced');
  if (conflictWindowMs > 0) settings.push(`transactions ${conflictWindowMs}ms`);
  if (inject.length > 0) settings.push(`faults: ${inject.join(' ')}`);
  return settings.join(', ');
}

/** Returns the settings in which a runtime differs from the one that it replaced: `port: 4599 → 4510`. */
export function describeChanges(before: RuntimeState, after: RuntimeState): string[] {
  const settings = (state: RuntimeState) => {
    const { url, timeScale, build } = state;
    const { enforceQuotas, enforceIam, conflictWindowMs, inject } = toTraffic(state);
    return {
      port: new URL(url).port,
      'time scale': String(timeScale),
      quotas: enforceQuotas ? 'enforced' : 'not enforced',
      policies: enforceIam ? 'enforced' : 'not enforced',
      'conflict window': `${conflictWindowMs}ms`,
      faults: inject.join(' ') || 'none',
      build,
    };
  };
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
  const lines = problems.map((problem) => `  ${problem}\n`).join('');
  return `store: inconsistent\n${lines}to delete and recreate it: orders local reset (deletes the local orders)\n`;
}

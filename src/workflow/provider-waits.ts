/** The waits of orders for providers that are unavailable, from their items. Pure. */
import type { OrderRecord } from '../../functions/contract/api.ts';
import type { ProviderWait } from '../../functions/contract/providers.ts';
import { isTerminal } from '../../functions/contract/workflow.ts';

/** An order waits for a provider: its next attempt starts later. */
export interface PendingAttempt extends Pick<ProviderWait, 'provider' | 'stage' | 'attempt'> {
  /** When the next attempt starts (RFC 3339 UTC, wall time); in the past while it runs. */
  readonly nextAt: string;
  /** When the order began to wait for the provider (RFC 3339 UTC). */
  readonly since: string;
}

/**
 * Returns the attempt for which an order waits; undefined if it does not wait for a provider, or if its item was edited so that the
 * time of the attempt is unknown. `timeScale`: speed-up of waits. An advance of the local clock during the wait is not known here: the
 * attempt then starts earlier.
 */
export function findPendingAttempt(
  { status, waitingFor, waitingSince }: Pick<OrderRecord, 'status' | 'waitingFor' | 'waitingSince'>,
  timeScale: number,
): PendingAttempt | undefined {
  if (!waitingFor || isTerminal(status)) return undefined;
  const { provider, stage, attempt, failedAt, delaySeconds } = waitingFor;
  const next = new Date(Date.parse(failedAt) + (delaySeconds * 1000) / timeScale);
  if (Number.isNaN(next.getTime())) return undefined;
  const since = waitingSince ?? failedAt;
  return { provider, stage, attempt, nextAt: next.toISOString(), since };
}

/** The orders that wait for a provider. */
export interface ProviderBacklog extends Pick<PendingAttempt, 'provider'> {
  readonly orders: number;
  /** When the first of them began to wait (RFC 3339 UTC). */
  readonly since: string;
}

/** Returns the providers for which orders wait, sorted by the number of waiting orders, largest first. */
export function summarizeBacklogs(
  waits: readonly Pick<PendingAttempt, 'provider' | 'since'>[],
): ProviderBacklog[] {
  const backlogs = new Map<string, ProviderBacklog>();
  for (const { provider, since } of waits) {
    const known = backlogs.get(provider);
    const first = known && known.since < since ? known.since : since;
    backlogs.set(provider, { provider, orders: (known?.orders ?? 0) + 1, since: first });
  }
  return [...backlogs.values()].sort((a, b) => b.orders - a.orders);
}

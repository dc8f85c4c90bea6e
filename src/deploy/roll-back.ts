import type { Stack } from '../environment/stack.ts';
import { UserError } from '../user-error.ts';
import { findOpenCanary } from './canary/open-canary.ts';
import { settleCanary } from './canary/settle.ts';
import { dividesStock, findsAllStock } from './divided-stock.ts';
import { awaitResult } from './events.ts';
import { moveLiveAlias, readLiveAlias } from './live-alias.ts';
import { findFunctionName, listPublishedVersions } from './versions.ts';

export interface Rollback {
  readonly from: string;
  readonly to: string;
  /** Whether it moved the alias or ended a canary. False if the version was live already. */
  readonly changed: boolean;
  /** Whether version `to` finds only the units in the first item of each product, and another version may have divided the stock. */
  readonly missesStock: boolean;
}

/**
 * Moves the workflow's alias to `wanted`, or else to the newest version before the live one. New orders then run on that
 * version. Ends an open canary: without `wanted`, the version before it stays live. Throws
 * UserError if the version does not exist.
 */
export async function rollBack(stack: Stack, wanted?: string): Promise<Rollback> {
  const functionName = findFunctionName(stack, 'workflow') ?? '';
  const alias = await readLiveAlias(stack.target, functionName);
  const open = await findOpenCanary(stack);
  const from = alias.version;
  const published = await listPublishedVersions(stack.target, functionName);
  const all = published.flatMap(({ Version: version }) => version ?? []);
  const older = open ? [open.live] : all.filter((version) => Number(version) < Number(from));
  const to = wanted === undefined ? older[0] : all.find((version) => version === wanted);
  if (!to) {
    const known = all.join(', ');
    throw new UserError(
      wanted === undefined
        ? `There is no version before ${from}.`
        : `Version "${wanted}" does not exist. Published: ${known}.`,
      { hint: 'orders versions', exit: 5, code: 'NotFound' },
    );
  }
  if (open) await awaitResult(settleCanary(stack, open, to));
  else if (to !== from) await moveLiveAlias(stack.target, alias, to);
  const target = published.find(({ Version: version }) => version === to);
  const missesStock = !!target && !findsAllStock(target) && published.some(dividesStock);
  return { from, to, changed: open !== undefined || to !== from, missesStock };
}

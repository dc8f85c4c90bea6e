import { Flags } from '@oclif/core';
import { announceTarget } from '../src/cli/command/announce-target.ts';
import { BaseCommand, confirmFlag, timeoutFlag } from '../src/cli/command/base-command.ts';
import { confirmChange } from '../src/cli/command/confirm.ts';
import { interruptExitCode, listenForInterrupt } from '../src/cli/command/interrupt.ts';
import { ordersArg, readReferences } from '../src/cli/command/order-arguments.ts';
import { formatPlan, formatRepaired } from '../src/cli/orders/repair.ts';
import type { Stack } from '../src/environment/stack.ts';
import { findOrders } from '../src/orders/lookup/find.ts';
import {
  type ExaminedOrder,
  examineOrder,
  type RepairResult,
  repairOrder,
} from '../src/orders/verify/repair.ts';
import { UserError } from '../src/user-error.ts';

export default class Repair extends BaseCommand {
  static override summary = 'Repair the mismatches of an order.';
  static override description =
    'Repairs what list --verify reports: it rebuilds or restores the record, recovers an abandoned order, refunds excess payments, releases unused stock and credits missing points. The stack itself moves money, stock and points, each only once; repeating a repair is harmless. Mismatches that require a decision remain (exit 14).';
  static override examples = [
    '<%= config.bin %> repair order-7f3a2k9qmx',
    '<%= config.bin %> list --verify -o id | <%= config.bin %> repair - --yes',
  ];
  static override args = { order: ordersArg() };
  static override flags = {
    yes: Flags.boolean({ char: 'y', description: 'skip the confirmation' }),
    confirm: confirmFlag(),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Repair);
    const references = await readReferences(args.order ?? []);
    if (references.length === 0) {
      throw new UserError('No order selected.', { hint: 'orders list --verify' });
    }
    const target = await this.target(flags);
    announceTarget(target, flags);
    await this.withStack(target, async (stack) => {
      const examined = await this.#examine(stack, references, flags.json);
      const ids = examined.flatMap(({ orderId, action }) => (action ? [orderId] : []));
      const action = ids.length === 1 ? `Repair ${ids[0]}` : `Repair ${ids.length} orders`;
      if (ids.length > 0) await confirmChange(target, flags, action);
      const unrepairable = examined
        .filter(({ action }) => action === undefined)
        .map(({ orderId, mismatches }) => ({ orderId, deeds: [], mended: [], left: mismatches }));
      const { signal, release } = listenForInterrupt(flags.timeout);
      const repaired = await repairAll(stack, ids, signal).finally(release);
      const results = [...unrepairable, ...repaired];
      if (results.some(({ left }) => left.length > 0)) process.exitCode = 14;
      if (signal.aborted) process.exitCode = interruptExitCode(signal);
      if (flags.json) return this.document(results);
      for (const result of results) this.out(formatRepaired(result, target));
    });
  }

  /** Examines the orders, and prints the planned repairs unless the output is JSON. */
  async #examine(
    stack: Stack,
    references: readonly string[],
    json: boolean,
  ): Promise<ExaminedOrder[]> {
    const all: ExaminedOrder[] = [];
    for (const { orderId } of await findOrders(stack, references)) {
      const examined = await examineOrder(stack, orderId);
      if (!json) process.stderr.write(formatPlan(examined));
      all.push(examined);
    }
    return all;
  }
}

/** Repairs orders one by one until `signal` aborts. */
async function repairAll(
  stack: Stack,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<RepairResult[]> {
  const results: RepairResult[] = [];
  for (const orderId of ids) {
    if (signal.aborted) break;
    results.push(await repairOrder(stack, { orderId, signal }));
  }
  return results;
}

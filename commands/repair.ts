import { Flags } from '@oclif/core';
import { nameTarget } from '../src/cli/command/announce-target.ts';
import { BaseCommand, timeoutFlag } from '../src/cli/command/base-command.ts';
import { confirmChange } from '../src/cli/command/confirm.ts';
import { exitOfLook, interruptible } from '../src/cli/command/interrupt.ts';
import { ordersArg, readReferences } from '../src/cli/command/order-arguments.ts';
import { formatPlan, repairedLines } from '../src/cli/orders/repair.ts';
import { findOrders } from '../src/orders/lookup/find.ts';
import { examineOrder, type Repaired, repairOrder } from '../src/orders/verify/repair.ts';
import { UserError } from '../src/user-error.ts';

export default class Repair extends BaseCommand {
  static override summary = 'Mend an order that does not add up.';
  static override description =
    'What list --verify finds: a lost row is written anew from its execution, one that is wrong is set to what the execution did, an order that nothing carries on is undone and closed, what was charged too much is refunded, stock that is held for nothing is released, points that are missing are credited. Money, stock and points are moved by the stack itself, each once; doing it again changes nothing. What only a person can decide is left (exit 14).';
  static override examples = [
    '<%= config.bin %> repair order-7f3a2k9qmx',
    '<%= config.bin %> list --verify -o id | <%= config.bin %> repair - --yes',
  ];
  static override args = { order: ordersArg() };
  static override flags = {
    yes: Flags.boolean({ char: 'y', description: 'do not ask' }),
    confirm: Flags.string({ description: 'name of the protected environment to change' }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Repair);
    const references = await readReferences(args.order ?? []);
    if (references.length === 0) {
      throw new UserError('Which order?', { hint: 'orders list --verify' });
    }
    const target = await this.target(flags);
    nameTarget(target, flags);
    await this.withStack(target, async (outputs) => {
      const found = await findOrders(target, outputs, references);
      const ids: string[] = [];
      const repaired: Repaired[] = [];
      for (const { orderId } of found) {
        const examined = await examineOrder(target, outputs, orderId);
        if (!flags.json) process.stderr.write(formatPlan(examined));
        if (examined.deed) ids.push(orderId);
        else repaired.push({ orderId, deeds: [], mended: [], left: examined.mismatches });
      }
      const what = ids.length === 1 ? `Repair ${ids[0]}` : `Repair ${ids.length} orders`;
      if (ids.length > 0) await confirmChange(target, flags, what);
      const { signal, release } = interruptible(flags.timeout);
      try {
        for (const orderId of ids) {
          if (signal.aborted) break;
          repaired.push(await repairOrder(target, outputs, { orderId, signal }));
        }
      } finally {
        release();
      }
      if (repaired.some(({ left }) => left.length > 0)) process.exitCode = 14;
      if (signal.aborted) process.exitCode = exitOfLook(signal);
      if (flags.json) return this.document(repaired);
      for (const each of repaired) this.out(repairedLines(each, target));
    });
  }
}

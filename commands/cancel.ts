import { Flags } from '@oclif/core';
import { nameTarget } from '../src/cli/command/announce-target.ts';
import { BaseCommand, timeoutFlag } from '../src/cli/command/base-command.ts';
import { confirmProtected } from '../src/cli/command/confirm.ts';
import { ordersArg, readReferences } from '../src/cli/command/order-arguments.ts';
import { orderStatuses } from '../src/cli/list/list.ts';
import {
  awaitCancelled,
  cancelAll,
  cancelledLine,
  chooseOrders,
  confirmCancel,
} from '../src/cli/orders/cancel.ts';

export default class Cancel extends BaseCommand {
  static override summary = 'Cancel orders: what was done is undone, and they end cancelled.';
  static override description =
    'An order on its way notices at its next stage. One that is with the carrier, or has ended, is refused (exit 6).';
  static override examples = [
    '<%= config.bin %> cancel latest --reason "ordered twice"',
    '<%= config.bin %> cancel order-7f3a --wait',
    '<%= config.bin %> cancel --customer CUST-009 --status awaiting-warehouse',
  ];
  static override args = { order: ordersArg() };
  static override flags = {
    reason: Flags.string({ description: 'why; kept with the order' }),
    status: Flags.string({
      description: 'orders with this status; several with commas',
      options: [...orderStatuses],
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
    }),
    customer: Flags.string({ description: 'orders of this customer id' }),
    since: Flags.string({
      description: 'orders created since then (default 7d)',
      helpValue: '<time|duration>',
    }),
    force: Flags.boolean({
      description: 'stop the execution at once; undoing is left to recovery',
    }),
    wait: Flags.boolean({ description: 'wait until they have ended' }),
    yes: Flags.boolean({ char: 'y', description: 'do not ask about several orders' }),
    confirm: Flags.string({ description: 'name of the protected environment to change' }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Cancel);
    const references = await readReferences(args.order ?? []);
    const target = await this.target(flags);
    nameTarget(target, flags);
    await confirmProtected(target, flags);
    await this.withStack(target, async (outputs) => {
      const where = { target, outputs };
      const ids = await chooseOrders(where, references, flags);
      await confirmCancel(ids, references.length > 0, flags);
      const { cancelled, refusal } = await cancelAll(where, ids, flags);
      if (ids.length === 1 && refusal !== undefined) throw refusal;
      if (refusal !== undefined) process.exitCode = 13;
      const told = flags.wait ? await awaitCancelled(where, cancelled, flags) : cancelled;
      if (flags.json) return this.document(told);
      for (const each of told) this.out(cancelledLine(each));
      const [first] = told;
      if (!flags.wait && first) this.hint(`orders watch ${first.orderId}`);
    });
  }
}

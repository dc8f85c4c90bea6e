import { Flags } from '@oclif/core';
import { announceTarget } from '../src/cli/command/announce-target.ts';
import { BaseCommand, confirmFlag, timeoutFlag } from '../src/cli/command/base-command.ts';
import { confirmProtected } from '../src/cli/command/confirm.ts';
import { ordersArg, readReferences } from '../src/cli/command/order-arguments.ts';
import { statusFlag } from '../src/cli/list/status-flag.ts';
import {
  cancelAll,
  confirmCancel,
  formatCancelled,
  selectOrders,
  waitForCancelled,
} from '../src/cli/orders/cancel.ts';

export default class Cancel extends BaseCommand {
  static override summary = 'Cancel orders and undo their completed steps.';
  static override description =
    'A running order is cancelled at its next stage. An order that was handed to the carrier or has ended is refused (exit 6).';
  static override examples = [
    '<%= config.bin %> cancel latest --reason "ordered twice"',
    '<%= config.bin %> cancel order-7f3a --wait',
    '<%= config.bin %> cancel --customer CUST-009 --status awaiting-warehouse',
  ];
  static override args = { order: ordersArg() };
  static override flags = {
    reason: Flags.string({ description: 'reason, stored with the order', helpValue: '<text>' }),
    status: statusFlag(),
    customer: Flags.string({ description: 'only orders of this customer', helpValue: '<id>' }),
    since: Flags.string({
      description: 'only orders created after this time (default: 7d)',
      helpValue: '<time|duration>',
    }),
    force: Flags.boolean({
      description: 'stop the execution now; recovery undoes its steps',
    }),
    wait: Flags.boolean({ description: 'wait until the orders end' }),
    yes: Flags.boolean({ char: 'y', description: 'skip the confirmation for several orders' }),
    confirm: confirmFlag(),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Cancel);
    const references = await readReferences(args.order ?? []);
    const target = await this.target(flags);
    announceTarget(target, flags);
    await confirmProtected(target, flags);
    await this.withStack(target, async (stack) => {
      const ids = await selectOrders(stack, references, flags);
      await confirmCancel(ids, references.length > 0, flags);
      const { cancelled, refusal } = await cancelAll(stack, ids, flags);
      if (ids.length === 1 && refusal !== undefined) throw refusal;
      if (refusal !== undefined) process.exitCode = 13;
      const outcomes = flags.wait ? await waitForCancelled(stack, cancelled, flags) : cancelled;
      if (flags.json) return this.document(outcomes);
      for (const outcome of outcomes) this.out(formatCancelled(outcome));
      const [first] = outcomes;
      if (!flags.wait && first) this.hint(`orders watch ${first.orderId}`);
    });
  }
}

import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/command/base-command.ts';
import { orderArg, readReference } from '../src/cli/command/order-arguments.ts';
import { describeOrder } from '../src/cli/orders/get-text.ts';
import { getOrder } from '../src/orders/lookup/get.ts';

export default class Get extends BaseCommand {
  static override summary = 'Show one order: what it is, where it is, and what went wrong.';
  static override examples = [
    '<%= config.bin %> get latest',
    '<%= config.bin %> get order-7f3a --json',
    '<%= config.bin %> get @-2',
  ];
  static override args = { order: orderArg() };
  static override flags = {
    personal: Flags.boolean({ description: 'show e-mail and phone; JSON always has them' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Get);
    const reference = await readReference(args.order);
    const target = await this.target(flags);
    const view = await this.withStack(target, (outputs) => getOrder(target, outputs, reference));
    if (flags.json) return this.document(view);
    const relative = process.stdout.isTTY === true;
    this.out(describeOrder(view, { personal: flags.personal, relative, now: Date.now() }));
  }
}

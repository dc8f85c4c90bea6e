import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/command/base-command.ts';
import { addEnvFlag } from '../src/cli/command/hints.ts';
import { orderArg, readReference } from '../src/cli/command/order-arguments.ts';
import { formatOrder } from '../src/cli/orders/get-text.ts';
import { isTerminalExecution } from '../src/orders/lookup/execution-status.ts';
import { getOrder } from '../src/orders/lookup/get.ts';

export default class Get extends BaseCommand {
  static override summary = 'Show the details of an order.';
  static override examples = [
    '<%= config.bin %> get latest',
    '<%= config.bin %> get order-7f3a --json',
    '<%= config.bin %> get @-2',
  ];
  static override args = { order: orderArg() };
  static override flags = {
    personal: Flags.boolean({
      description: 'show e-mail address and phone number (always in JSON)',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Get);
    const reference = await readReference(args.order);
    const target = await this.target(flags);
    const view = await this.withStack(target, (stack) => getOrder(stack, reference));
    if (flags.json) return this.document(view);
    const relative = process.stdout.isTTY === true;
    const { stdout: stream } = process;
    this.out(formatOrder(view, { personal: flags.personal, relative, now: Date.now(), stream }));
    if (!view.order && view.execution && isTerminalExecution(view.execution.status)) {
      this.note('the record of this order is missing, although its execution has ended');
      this.hint(addEnvFlag(target, `orders repair ${view.orderId}`));
    }
    if (view.status === 'failed' && view.order) {
      this.hint(addEnvFlag(target, `orders history ${view.orderId}`));
      this.hint(addEnvFlag(target, `orders logs ${view.orderId}`));
      if (!view.order.flagged) this.hint(addEnvFlag(target, `orders retry ${view.orderId}`));
    }
  }
}

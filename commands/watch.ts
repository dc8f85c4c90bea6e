import { Args } from '@oclif/core';
import { BaseCommand, timeoutFlag } from '../src/cli/base-command.ts';
import { follow } from '../src/cli/follow.ts';
import { findOrder } from '../src/orders/find.ts';

export default class Watch extends BaseCommand {
  static override summary = 'Watch an order on its way, and exit with how it ended.';
  static override examples = [
    '<%= config.bin %> watch latest',
    '<%= config.bin %> watch order-7f3a --json',
  ];
  static override args = {
    order: Args.string({
      description: 'id, the beginning of one, latest, or an execution ARN',
      required: true,
    }),
  };
  static override flags = { timeout: timeoutFlag() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Watch);
    const target = await this.target(flags);
    await this.withStack(target, async (outputs) => {
      const found = await findOrder(target, outputs, args.order);
      const stream = process.stdout;
      const ui = flags.json ? 'json' : this.ui(flags, stream);
      await follow({ target, outputs }, found, { ui, stream, timeoutMs: flags.timeout });
    });
  }
}

import { Flags } from '@oclif/core';
import { announceTarget } from '../src/cli/command/announce-target.ts';
import { BaseCommand } from '../src/cli/command/base-command.ts';
import { confirmProtected } from '../src/cli/command/confirm.ts';
import { ordersArg, readReferences } from '../src/cli/command/order-arguments.ts';
import {
  confirmPause,
  formatPauseRecord,
  pauseFlags,
  runPause,
  selectOrdersTo,
} from '../src/cli/orders/pause.ts';

export default class Resume extends BaseCommand {
  static override summary = 'Resume paused orders.';
  static override description =
    'An order continues from its last checkpoint, on the same version. Without an order or a filter, all paused orders are resumed. An order that has ended is refused (exit 6).';
  static override examples = [
    '<%= config.bin %> resume latest',
    '<%= config.bin %> resume --yes --rate 2',
    '<%= config.bin %> resume --customer CUST-009 --reason "outage is over"',
  ];
  static override args = { order: ordersArg() };
  static override flags = {
    paused: Flags.boolean({ description: 'all paused orders (default)' }),
    ...pauseFlags(),
  };

  async run(): Promise<void> {
    const { args, flags: parsed } = await this.parse(Resume);
    const flags = { ...parsed, all: parsed.paused, keepTimeout: false };
    const references = await readReferences(args.order ?? []);
    const target = await this.target(flags);
    announceTarget(target, flags);
    await confirmProtected(target, flags);
    await this.withStack(target, async (stack) => {
      const orders = await selectOrdersTo(stack, 'resume', { references, flags });
      await confirmPause(orders, 'resume', { named: references.length > 0, flags });
      const records = await runPause(stack, orders, {
        action: 'resume',
        flags,
        onResult: (record) => void (flags.json || this.out(formatPauseRecord(record))),
      });
      if (flags.json) return this.document(records);
      const [first] = records;
      if (first)
        this.hint(records.length === 1 ? `orders watch ${first.orderId}` : 'orders watch --all');
    });
  }
}

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
  warningsFor,
} from '../src/cli/orders/pause.ts';

export default class Pause extends BaseCommand {
  static override summary = 'Pause running orders until they are resumed.';
  static override description =
    'A running step ends first; then no further step starts. Waits and reviews continue, and take effect after orders resume. The execution timeout stops unless --keep-timeout is given. An order that has ended is refused (exit 6).';
  static override examples = [
    '<%= config.bin %> pause latest --reason "carrier outage"',
    '<%= config.bin %> pause --running --yes',
    '<%= config.bin %> pause --status awaiting-warehouse --customer CUST-009',
    '<%= config.bin %> list --running -o id | <%= config.bin %> pause - --yes',
  ];
  static override args = { order: ordersArg() };
  static override flags = {
    running: Flags.boolean({ description: 'all running orders' }),
    'keep-timeout': Flags.boolean({ description: 'keep the execution timeout running' }),
    ...pauseFlags(),
  };

  async run(): Promise<void> {
    const { args, flags: parsed } = await this.parse(Pause);
    const flags = { ...parsed, all: parsed.running, keepTimeout: parsed['keep-timeout'] };
    const references = await readReferences(args.order ?? []);
    const target = await this.target(flags);
    announceTarget(target, flags);
    await confirmProtected(target, flags);
    await this.withStack(target, async (stack) => {
      const orders = await selectOrdersTo(stack, 'pause', { references, flags });
      for (const warning of await warningsFor(stack, orders)) this.note(warning);
      await confirmPause(orders, 'pause', { named: references.length > 0, flags });
      const records = await runPause(stack, orders, {
        action: 'pause',
        flags,
        onResult: (record) => void (flags.json || this.out(formatPauseRecord(record))),
      });
      if (flags.json) return this.document(records);
      const [first] = records;
      if (first)
        this.hint(records.length === 1 ? `orders resume ${first.orderId}` : 'orders resume');
    });
  }
}

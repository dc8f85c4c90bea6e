import { Args } from '@oclif/core';
import { announceTarget } from '../../src/cli/command/announce-target.ts';
import { BaseCommand, confirmFlag } from '../../src/cli/command/base-command.ts';
import { confirmProtected } from '../../src/cli/command/confirm.ts';
import { formatOutageChange } from '../../src/cli/orders/outage-text.ts';
import { parseProvider, stopOutage } from '../../src/orders/actions/outages.ts';

export default class OutageStop extends BaseCommand {
  static override summary = 'End a simulated outage.';
  static override description =
    'Waiting orders continue with their next attempts, at the latest after ten minutes (virtual time on the local runtime).';
  static override examples = ['<%= config.bin %> outage stop payments'];
  static override args = {
    provider: Args.string({
      description: 'payments, carrier, warehouse, notifications, ...',
      required: true,
    }),
  };
  static override flags = { confirm: confirmFlag() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(OutageStop);
    const provider = parseProvider(args.provider);
    const target = await this.target(flags);
    announceTarget(target, flags);
    await confirmProtected(target, flags);
    const change = await this.withStack(target, (stack) => stopOutage(stack, provider));
    if (flags.json) return this.document(change);
    this.out(formatOutageChange(change, 'stop'));
  }
}

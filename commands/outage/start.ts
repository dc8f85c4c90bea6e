import { Args } from '@oclif/core';
import { announceTarget } from '../../src/cli/command/announce-target.ts';
import { BaseCommand, confirmFlag } from '../../src/cli/command/base-command.ts';
import { confirmProtected } from '../../src/cli/command/confirm.ts';
import { formatOutageChange } from '../../src/cli/orders/outage-text.ts';
import { parseProvider, startOutage } from '../../src/orders/actions/outages.ts';

export default class OutageStart extends BaseCommand {
  static override summary = 'Simulate an outage of a provider.';
  static override description =
    'From the next second on, each call of the simulated provider fails as if it were not available, until you end the outage. Orders wait and try again, with growing delays, for ProviderPatienceSeconds. Undo steps still succeed. Real providers are not affected.';
  static override examples = ['<%= config.bin %> outage start payments'];
  static override args = {
    provider: Args.string({
      description: 'payments, carrier, warehouse, notifications, ...',
      required: true,
    }),
  };
  static override flags = { confirm: confirmFlag() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(OutageStart);
    const provider = parseProvider(args.provider);
    const target = await this.target(flags);
    announceTarget(target, flags);
    await confirmProtected(target, flags);
    const change = await this.withStack(target, (stack) => startOutage(stack, provider));
    if (flags.json) return this.document(change);
    this.out(formatOutageChange(change, 'start'));
  }
}

import { Args } from '@oclif/core';
import type { Provider } from '../../../functions/contract/providers.ts';
import type { Stack } from '../../environment/stack.ts';
import { type OutageChange, parseProvider } from '../../orders/actions/outages.ts';
import { announceTarget } from '../command/announce-target.ts';
import { BaseCommand, confirmFlag } from '../command/base-command.ts';
import { confirmProtected } from '../command/confirm.ts';
import { formatOutageChange } from './outage-text.ts';

/** A command that starts or ends the simulated outage of a provider. */
export abstract class OutageCommand extends BaseCommand {
  static override args = {
    provider: Args.string({
      description: 'payments, carrier, warehouse, notifications, ...',
      required: true,
    }),
  };
  static override flags = { confirm: confirmFlag() };

  protected abstract readonly action: 'start' | 'stop';
  protected abstract change(stack: Stack, provider: Provider): Promise<OutageChange>;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(OutageCommand);
    const provider = parseProvider(args.provider);
    const target = await this.target(flags);
    announceTarget(target, flags);
    await confirmProtected(target, flags);
    const change = await this.withStack(target, (stack) => this.change(stack, provider));
    if (flags.json) return this.document(change);
    this.out(formatOutageChange(change, this.action));
  }
}

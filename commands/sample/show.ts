import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { findSampleOrder } from '../../src/cli/orders/samples.ts';

export default class SampleShow extends BaseCommand {
  static override summary = 'Print a sample order as JSON.';
  static override examples = [
    '<%= config.bin %> sample show low',
    '<%= config.bin %> sample show low > order.json',
  ];
  static override args = { sample: Args.string({ description: 'sample order', required: true }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SampleShow);
    const order = findSampleOrder(args.sample);
    if (flags.json) return this.document(order);
    this.out(`${JSON.stringify(order, null, 2)}\n`);
  }
}

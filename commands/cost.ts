import { Flags } from '@oclif/core';
import type { Order } from '../functions/contract/order.ts';
import { samples } from '../functions/contract/samples.ts';
import { BaseCommand } from '../src/cli/command/base-command.ts';
import { exitOfLook, interruptible } from '../src/cli/command/interrupt.ts';
import { formatCost } from '../src/cli/orders/cost-table.ts';
import type { Cost } from '../src/orders/cost/cost.ts';
import { loadableSamples } from '../src/orders/load-test/mix.ts';

export default class CostCommand extends BaseCommand {
  static override summary =
    'Measure what an order takes, and say what a million of them cost on AWS.';
  static override description =
    'Runs the order twice on a local runtime of its own that counts operations, checkpoints, invocations and writes, and prices the second run. Nothing is asked of AWS, nothing of yours is touched.';
  static override examples = [
    '<%= config.bin %> cost',
    '<%= config.bin %> cost --sample payment-hiccup --json',
  ];
  static override flags = {
    sample: Flags.option({ options: loadableSamples(), default: 'low' })({
      description: 'which order',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(CostCommand);
    const { measureHere } = await import('../src/cli/orders/measure-locally.ts');
    const { costOf } = await import('../src/orders/cost/cost.ts');
    const order = samples[flags.sample] as Order;
    const { signal, release } = interruptible(undefined);
    try {
      const [measured] = await measureHere(process.cwd(), { orders: [order], signal });
      if (measured) this.#show(costOf(measured), flags);
    } catch (error) {
      if (!signal.aborted) throw error;
      process.exitCode = exitOfLook(signal);
    } finally {
      release();
    }
  }

  #show(cost: Cost, flags: { readonly sample: string; readonly json: boolean }): void {
    if (flags.json) {
      this.document({ sample: flags.sample, ...cost });
      return;
    }
    const { stdout: stream } = process;
    const width = stream.isTTY ? stream.columns : undefined;
    this.out(formatCost(cost, flags.sample, { header: true, width, stream }));
  }
}

import { Flags } from '@oclif/core';
import type { Order } from '../functions/contract/order.ts';
import { findSample, formerSamples } from '../functions/contract/samples.ts';
import { BaseCommand } from '../src/cli/command/base-command.ts';
import { interruptExitCode, listenForInterrupt } from '../src/cli/command/interrupt.ts';
import { formatCost } from '../src/cli/orders/cost-table.ts';
import type { Cost } from '../src/orders/cost/cost.ts';
import { loadableSamples } from '../src/orders/load-test/mix.ts';

export default class CostCommand extends BaseCommand {
  static override summary = 'Estimate the AWS cost per million orders.';
  static override description =
    'Runs the order twice on a temporary local runtime that counts operations, checkpoints, invocations and writes, and prices the second run. Sends nothing to AWS and does not change any stack.';
  static override examples = [
    '<%= config.bin %> cost',
    '<%= config.bin %> cost --sample payment-transient --json',
  ];
  static override flags = {
    sample: Flags.option({
      options: [...loadableSamples(), ...Object.keys(formerSamples)],
      default: 'low',
    })({
      description: 'sample order to measure',
      helpValue: '<name>',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(CostCommand);
    const { measureLocally } = await import('../src/cli/orders/measure-locally.ts');
    const { calculateCost } = await import('../src/orders/cost/cost.ts');
    const order = findSample(flags.sample) as Order;
    const { signal, release } = listenForInterrupt(undefined);
    try {
      const [measured] = await measureLocally(process.cwd(), { orders: [order], signal });
      if (measured) this.#show(calculateCost(measured), flags);
    } catch (error) {
      if (!signal.aborted) throw error;
      process.exitCode = interruptExitCode(signal);
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

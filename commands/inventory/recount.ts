import { Args, Flags } from '@oclif/core';
import { announceTarget } from '../../src/cli/command/announce-target.ts';
import { BaseCommand, confirmFlag } from '../../src/cli/command/base-command.ts';
import { confirmChange } from '../../src/cli/command/confirm.ts';
import { mark } from '../../src/cli/terminal/terminal.ts';
import { recountStock } from '../../src/orders/verify/recount.ts';

export default class InventoryRecount extends BaseCommand {
  static override summary = "Recompute a product's reserved and sold counters.";
  static override description =
    'Reads every order. Units that no order holds become available again. orders list --verify reports such products.';
  static override examples = ['<%= config.bin %> inventory recount BOOK-001'];
  static override args = {
    product: Args.string({ description: 'product id', required: true }),
  };
  static override flags = {
    yes: Flags.boolean({ char: 'y', description: 'skip the confirmation' }),
    confirm: confirmFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(InventoryRecount);
    const { product } = args;
    const target = await this.target(flags);
    announceTarget(target, flags);
    await confirmChange(target, flags, `Set the counters of ${product}`);
    const result = await this.withStack(target, (stack) => recountStock(stack, product));
    if (flags.json) return this.document(result);
    const { before, now } = result;
    const summary =
      before && now
        ? `${now.reserved} reserved (was ${before.reserved}), ${now.sold} sold (was ${before.sold})`
        : 'counters are correct';
    this.out(`${mark('done', process.stdout)} ${product}: ${summary}\n`);
  }
}

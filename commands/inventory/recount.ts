import { Args, Flags } from '@oclif/core';
import { nameTarget } from '../../src/cli/command/announce-target.ts';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { confirmChange } from '../../src/cli/command/confirm.ts';
import { mark } from '../../src/cli/terminal/terminal.ts';
import { recountStock } from '../../src/orders/verify/recount.ts';

export default class InventoryRecount extends BaseCommand {
  static override summary =
    'Set what of a product is reserved and sold to what all orders of the stack say.';
  static override description =
    'Pieces that no order holds are available again. Reads every order; list --verify says where it is needed.';
  static override examples = ['<%= config.bin %> inventory recount BOOK-001'];
  static override args = {
    product: Args.string({ description: 'product id', required: true }),
  };
  static override flags = {
    yes: Flags.boolean({ char: 'y', description: 'do not ask' }),
    confirm: Flags.string({ description: 'name of the protected environment to change' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(InventoryRecount);
    const { product } = args;
    const target = await this.target(flags);
    nameTarget(target, flags);
    await confirmChange(target, flags, `Set the counters of ${product}`);
    const counted = await this.withStack(target, (outputs) =>
      recountStock(target, outputs, product),
    );
    if (flags.json) return this.document(counted);
    const { before, now } = counted;
    const told =
      before && now
        ? `${now.reserved} reserved (was ${before.reserved}), ${now.sold} sold (was ${before.sold})`
        : 'its counters are what its orders say';
    this.out(`${mark('done', process.stdout)} ${product}: ${told}\n`);
  }
}

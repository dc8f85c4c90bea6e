import { Args, Flags } from '@oclif/core';
import { nameTarget } from '../../src/cli/command/announce-target.ts';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { confirmProtected } from '../../src/cli/command/confirm.ts';
import { stockText } from '../../src/cli/orders/stock-table.ts';
import { setStock } from '../../src/orders/actions/inventory.ts';

export default class InventorySet extends BaseCommand {
  static override summary = 'Set how many pieces of a product are available.';
  static override examples = ['<%= config.bin %> inventory set BOOK-001 50'];
  static override args = {
    product: Args.string({ description: 'product id', required: true }),
    available: Args.integer({ description: 'how many', required: true, min: 0, max: 1e9 }),
  };
  static override flags = {
    confirm: Flags.string({ description: 'name of the protected environment to change' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(InventorySet);
    const target = await this.target(flags);
    nameTarget(target, flags);
    await confirmProtected(target, flags);
    const change = { productId: args.product, available: args.available };
    const stock = await this.withStack(target, (outputs) => setStock(target, outputs, change));
    if (flags.json) return this.document(stock);
    this.out(`${stockText(stock)}\n`);
  }
}

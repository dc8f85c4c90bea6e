import { Args, Flags } from '@oclif/core';
import { nameTarget } from '../../src/cli/command/announce-target.ts';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { confirmProtected } from '../../src/cli/command/confirm.ts';
import { stockText } from '../../src/cli/orders/stock-table.ts';
import { adjustStock } from '../../src/orders/actions/inventory.ts';

export default class InventoryAdjust extends BaseCommand {
  static override summary = 'Add pieces of a product to what is available, or take some away.';
  static override examples = [
    '<%= config.bin %> inventory adjust BOOK-001 --add 20',
    '<%= config.bin %> inventory adjust BOOK-001 --take 5',
  ];
  static override args = {
    product: Args.string({ description: 'product id', required: true }),
  };
  static override flags = {
    add: Flags.integer({ description: 'how many pieces came', min: 1, max: 1e9 }),
    take: Flags.integer({
      description: 'how many pieces went; no more than are available',
      min: 1,
      max: 1e9,
      exactlyOne: ['add', 'take'],
    }),
    confirm: Flags.string({ description: 'name of the protected environment to change' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(InventoryAdjust);
    const target = await this.target(flags);
    nameTarget(target, flags);
    await confirmProtected(target, flags);
    const change = { productId: args.product, by: flags.add ?? -(flags.take ?? 0) };
    const stock = await this.withStack(target, (outputs) => adjustStock(target, outputs, change));
    if (flags.json) return this.document(stock);
    this.out(`${stockText(stock)}\n`);
  }
}

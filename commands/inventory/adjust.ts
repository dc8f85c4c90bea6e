import { Args, Flags } from '@oclif/core';
import { announceTarget } from '../../src/cli/command/announce-target.ts';
import { BaseCommand, confirmFlag } from '../../src/cli/command/base-command.ts';
import { confirmProtected } from '../../src/cli/command/confirm.ts';
import { formatStockLine } from '../../src/cli/orders/stock-table.ts';
import { adjustStock } from '../../src/orders/actions/inventory.ts';

export default class InventoryAdjust extends BaseCommand {
  static override summary = 'Add or remove available units of a product.';
  static override examples = [
    '<%= config.bin %> inventory adjust BOOK-001 --add 20',
    '<%= config.bin %> inventory adjust BOOK-001 --take 5',
  ];
  static override args = {
    product: Args.string({ description: 'product id', required: true }),
  };
  static override flags = {
    add: Flags.integer({ description: 'units to add', helpValue: '<n>', min: 1, max: 1e9 }),
    take: Flags.integer({
      description: 'units to remove, at most the available ones',
      helpValue: '<n>',
      min: 1,
      max: 1e9,
      exactlyOne: ['add', 'take'],
    }),
    confirm: confirmFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(InventoryAdjust);
    const target = await this.target(flags);
    announceTarget(target, flags);
    await confirmProtected(target, flags);
    const change = { productId: args.product, by: flags.add ?? -(flags.take ?? 0) };
    const stock = await this.withStack(target, (stack) => adjustStock(stack, change));
    if (flags.json) return this.document(stock);
    this.out(`${formatStockLine(stock)}\n`);
  }
}

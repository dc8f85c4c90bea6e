import { Args, Flags } from '@oclif/core';
import { announceTarget } from '../../src/cli/command/announce-target.ts';
import { BaseCommand, confirmFlag } from '../../src/cli/command/base-command.ts';
import { confirmProtected } from '../../src/cli/command/confirm.ts';
import { formatStockLine } from '../../src/cli/orders/stock-table.ts';
import { setStock } from '../../src/orders/actions/inventory.ts';

export default class InventorySet extends BaseCommand {
  static override summary = 'Set the available units of a product.';
  static override examples = [
    '<%= config.bin %> inventory set BOOK-001 50',
    '<%= config.bin %> inventory set PEN-001 100 --create',
  ];
  static override args = {
    product: Args.string({ description: 'product id', required: true }),
    available: Args.integer({ description: 'available units', required: true, min: 0, max: 1e9 }),
  };
  static override flags = {
    create: Flags.boolean({ description: 'add the product if it is unknown' }),
    confirm: confirmFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(InventorySet);
    const target = await this.target(flags);
    announceTarget(target, flags);
    await confirmProtected(target, flags);
    const change = {
      productId: args.product,
      available: args.available,
      create: flags.create,
    };
    const stock = await this.withStack(target, (stack) => setStock(stack, change));
    if (flags.json) return this.document(stock);
    this.out(`${formatStockLine(stock)}\n`);
  }
}

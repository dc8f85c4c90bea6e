import { Args, Flags } from '@oclif/core';
import { announceTarget } from '../../src/cli/command/announce-target.ts';
import { BaseCommand, confirmFlag } from '../../src/cli/command/base-command.ts';
import { confirmProtected } from '../../src/cli/command/confirm.ts';
import { formatStockLine } from '../../src/cli/orders/stock-table.ts';
import { adjustStock, moveStock } from '../../src/orders/actions/inventory.ts';

const changes = ['add', 'take', 'divide', 'gather'];

export default class InventoryAdjust extends BaseCommand {
  static override summary = 'Add, remove or move available units of a product.';
  static override description =
    'The stock of a product is divided among items of the table. --gather moves its units to one item: versions of the workflow from before stock was divided find no others.';
  static override examples = [
    '<%= config.bin %> inventory adjust BOOK-001 --add 20',
    '<%= config.bin %> inventory adjust BOOK-001 --take 5',
    '<%= config.bin %> inventory adjust BOOK-001 --gather',
  ];
  static override args = {
    product: Args.string({ description: 'product id', required: true }),
  };
  static override flags = {
    add: Flags.integer({
      description: 'units to add',
      helpValue: '<n>',
      min: 1,
      max: 1e9,
      exactlyOne: changes,
    }),
    take: Flags.integer({
      description: 'units to remove, at most the available ones',
      helpValue: '<n>',
      min: 1,
      max: 1e9,
      exactlyOne: changes,
    }),
    divide: Flags.boolean({
      description: 'divide the available units among several items',
      exactlyOne: changes,
    }),
    gather: Flags.boolean({
      description: 'move the available units to one item',
      exactlyOne: changes,
    }),
    confirm: confirmFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(InventoryAdjust);
    const target = await this.target(flags);
    announceTarget(target, flags);
    await confirmProtected(target, flags);
    const { product: productId } = args;
    const { add, take = 0, divide, gather } = flags;
    const stock = await this.withStack(target, (stack) =>
      divide || gather
        ? moveStock(stack, { productId, gather })
        : adjustStock(stack, { productId, by: add ?? -take }),
    );
    if (flags.json) return this.document(stock);
    this.out(`${formatStockLine(stock)}\n`);
  }
}

import { Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { formatStock } from '../../src/cli/orders/stock-table.ts';
import { readAllStock } from '../../src/orders/tables/products-table.ts';

export default class InventoryList extends BaseCommand {
  static override summary = 'List the stock of every product.';
  static override examples = [
    '<%= config.bin %> inventory list',
    '<%= config.bin %> inventory list --below 10 --json',
  ];
  static override flags = {
    below: Flags.integer({
      description: 'only products with fewer available units',
      helpValue: '<n>',
      min: 1,
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(InventoryList);
    const target = await this.target(flags);
    const all = await this.withStack(target, (stack) => readAllStock(stack));
    const stock = all.filter(({ available }) => available < (flags.below ?? Infinity));
    if (flags.json) return this.document(stock);
    const { stdout: stream } = process;
    const header = stream.isTTY === true;
    if (stock.length === 0) process.stderr.write('No products match.\n');
    this.out(formatStock(stock, { header, width: header ? stream.columns : undefined, stream }));
  }
}

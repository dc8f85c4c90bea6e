import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.ts';
import { listQuery, orderStatuses, showOrders } from '../src/cli/listing.ts';
import { listOrders } from '../src/orders/list.ts';

export default class List extends BaseCommand {
  static override summary = 'List orders, the newest first.';
  static override description =
    'Looks back seven days unless --since says otherwise. A list that is cut ends in the command that goes on.';
  static override examples = [
    '<%= config.bin %> list',
    '<%= config.bin %> list --failed --since 1h',
    '<%= config.bin %> list --running -o id | <%= config.bin %> watch -',
    '<%= config.bin %> list --all --since 30d -o csv',
  ];
  static override flags = {
    status: Flags.string({
      description: 'only orders with this status; several with commas',
      helpValue: '<status>',
      options: [...orderStatuses],
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
    }),
    running: Flags.boolean({ description: 'only orders on their way' }),
    failed: Flags.boolean({ description: 'only orders that failed' }),
    customer: Flags.string({ description: 'only orders of this customer id' }),
    since: Flags.string({
      description: 'only orders created since then: a time, or how long ago (default 7d)',
      helpValue: '<time|duration>',
    }),
    until: Flags.string({
      description: 'only orders created until then',
      helpValue: '<time|duration>',
    }),
    limit: Flags.integer({ description: 'how many orders', default: 20, min: 1, max: 10_000 }),
    all: Flags.boolean({ description: 'every order, without a limit', exclusive: ['limit'] }),
    cursor: Flags.string({ description: 'go on where an earlier list ended' }),
    output: Flags.option({ options: ['wide', 'id', 'csv'] as const })({
      char: 'o',
      description: 'all columns, bare ids, or CSV',
    }),
    header: Flags.boolean({
      allowNo: true,
      description: 'column titles; without being asked only at a terminal and in CSV',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(List);
    const query = listQuery(flags);
    const target = await this.target(flags);
    await this.withStack(target, async (outputs) => {
      const batches = listOrders(target, outputs, query);
      if (!flags.json) return showOrders(batches, { query, flags, argv: this.argv });
      const orders = [];
      for (;;) {
        const next = await batches.next();
        if (!next.done) orders.push(...next.value);
        else {
          const { cursor } = next.value;
          return this.document(orders, { since: query.since, ...(cursor ? { cursor } : {}) });
        }
      }
    });
  }
}

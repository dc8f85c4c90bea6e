import { Flags } from '@oclif/core';
import { BaseCommand, timeoutFlag } from '../src/cli/command/base-command.ts';
import { listQuery, orderStatuses, showOrders } from '../src/cli/list/list.ts';
import {
  besides,
  formatVerification,
  forTarget,
  mismatchingIds,
  verifyQuery,
} from '../src/cli/list/verification-text.ts';
import type { StackOutputs } from '../src/environment/stack-outputs.ts';
import type { Target } from '../src/environment/target.ts';
import { type ListQuery, listOrders } from '../src/orders/lookup/list.ts';

export default class List extends BaseCommand {
  static override summary = 'List orders, the newest first.';
  static override description =
    'Looks back seven days unless --since says otherwise. A list that is cut ends in the command that goes on. --verify compares orders with their executions, payments, stock and points, says of each mismatch which command mends it, and exits 14 where there is one.';
  static override examples = [
    '<%= config.bin %> list',
    '<%= config.bin %> list --failed --since 1h',
    '<%= config.bin %> list --running -o id | <%= config.bin %> watch -',
    '<%= config.bin %> list --all --since 30d -o csv',
    '<%= config.bin %> list --watch --running',
    '<%= config.bin %> list --verify --since 1d',
    '<%= config.bin %> list --verify -o id | <%= config.bin %> repair - --yes',
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
    verify: Flags.boolean({
      description: 'compare with executions, payments, stock and points; every order of the window',
      exclusive: ['cursor'],
    }),
    watch: Flags.boolean({
      description: 'show the list as it changes, until Ctrl-C',
      exclusive: ['verify', 'cursor'],
    }),
    timeout: timeoutFlag({ dependsOn: ['watch'] }),
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
    const { flags, metadata } = await this.parse(List);
    const isLimited = metadata.flags['limit']?.setFromDefault !== true;
    const query = flags.verify ? verifyQuery(flags, isLimited) : listQuery(flags);
    const target = await this.target(flags);
    await this.withStack(target, async (outputs) => {
      if (flags.verify) return this.#verify(target, outputs, { query, flags });
      if (flags.watch) {
        const { showWatchedList } = await import('../src/cli/list/watch-list.ts');
        return showWatchedList({ target, outputs, ui: this.ui(flags, process.stdout) }, flags);
      }
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

  async #verify(
    target: Target,
    outputs: StackOutputs,
    { query, flags }: { query: ListQuery; flags: { json: boolean; output?: string | undefined } },
  ): Promise<void> {
    const { verifyOrders } = await import('../src/orders/verify/verify.ts');
    const asks = process.stdout.isTTY && !flags.json;
    const verification = forTarget(target, await verifyOrders(target, outputs, query), { asks });
    if (verification.mismatches.length > 0) process.exitCode = 14;
    if (flags.json) return this.document(verification, { since: query.since });
    if (flags.output === 'id') {
      return this.out(
        mismatchingIds(verification)
          .map((id) => `${id}\n`)
          .join(''),
      );
    }
    this.out(formatVerification(verification));
    process.stderr.write(besides(verification, query));
  }
}

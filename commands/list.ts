import { Flags } from '@oclif/core';
import { BaseCommand, timeoutFlag } from '../src/cli/command/base-command.ts';
import { buildListQuery, printOrders } from '../src/cli/list/list.ts';
import { statusFlag } from '../src/cli/list/status-flag.ts';
import {
  buildVerifyQuery,
  formatVerification,
  formatVerificationNotes,
  listMismatchedIds,
  withEnvHints,
} from '../src/cli/list/verification-text.ts';
import type { Stack } from '../src/environment/stack.ts';
import { type ListQuery, listOrders, selectPaused } from '../src/orders/lookup/list.ts';

export default class List extends BaseCommand {
  static override summary = 'List orders, newest first.';
  static override description =
    'Lists the last 7 days unless --since is given, and ends with the command for the next page. --verify compares orders with their executions, payments, stock and points. If it finds mismatches, it prints the commands that repair them and exits with 14.';
  static override examples = [
    '<%= config.bin %> list',
    '<%= config.bin %> list --failed --since 1h',
    '<%= config.bin %> list --running -o id | <%= config.bin %> watch -',
    '<%= config.bin %> list --paused',
    '<%= config.bin %> list --all --since 30d -o csv',
    '<%= config.bin %> list --watch --running',
    '<%= config.bin %> list --verify --since 1d',
    '<%= config.bin %> list --verify -o id | <%= config.bin %> repair - --yes',
  ];
  static override flags = {
    status: statusFlag(),
    running: Flags.boolean({ description: 'only running orders' }),
    paused: Flags.boolean({ description: 'only paused orders', exclusive: ['verify', 'watch'] }),
    failed: Flags.boolean({ description: 'only failed orders' }),
    customer: Flags.string({ description: 'only orders of this customer', helpValue: '<id>' }),
    since: Flags.string({
      description: 'only orders created after this time (default: 7d)',
      helpValue: '<time|duration>',
    }),
    until: Flags.string({
      description: 'only orders created before this time',
      helpValue: '<time|duration>',
    }),
    limit: Flags.integer({
      description: 'maximum number of orders',
      helpValue: '<n>',
      default: 20,
      min: 1,
      max: 10_000,
    }),
    all: Flags.boolean({ description: 'all orders, without a limit', exclusive: ['limit'] }),
    verify: Flags.boolean({
      description: 'find mismatches and the commands that repair them',
      exclusive: ['cursor'],
    }),
    watch: Flags.boolean({
      description: 'update the list until Ctrl-C',
      exclusive: ['verify', 'cursor'],
    }),
    timeout: timeoutFlag({ dependsOn: ['watch'] }),
    cursor: Flags.string({ description: 'continue an earlier list', helpValue: '<cursor>' }),
    output: Flags.option({ options: ['wide', 'id', 'csv'] as const })({
      char: 'o',
      description: 'all columns, ids only, or CSV',
    }),
    header: Flags.boolean({
      allowNo: true,
      description: 'column titles (default: on terminals and in CSV)',
    }),
  };

  async run(): Promise<void> {
    const { flags, metadata } = await this.parse(List);
    const isLimited = metadata.flags['limit']?.setFromDefault !== true;
    const parsed = flags.verify ? buildVerifyQuery(flags, isLimited) : buildListQuery(flags);
    const target = await this.target(flags);
    await this.withStack(target, async (stack) => {
      const allTimes = flags.since === undefined && flags.cursor === undefined;
      const query = flags.paused ? await selectPaused(stack, parsed, { allTimes }) : parsed;
      if (flags.verify) return this.#verify(stack, { query, flags });
      if (flags.watch) {
        const { showListWatch } = await import('../src/cli/list/watch-list.ts');
        return showListWatch(stack, flags, this.ui(flags, process.stdout));
      }
      if (flags.json) return this.#printDocument(stack, query);
      return printOrders(listOrders(stack, query), { query, flags, argv: this.argv });
    });
  }

  async #printDocument(stack: Stack, query: ListQuery): Promise<void> {
    const batches = listOrders(stack, query);
    const orders = [];
    for (;;) {
      const next = await batches.next();
      if (next.done) {
        const { cursor } = next.value;
        return this.document(orders, { since: query.since, ...(cursor ? { cursor } : {}) });
      }
      orders.push(...next.value);
    }
  }

  async #verify(
    stack: Stack,
    { query, flags }: { query: ListQuery; flags: { json: boolean; output?: string | undefined } },
  ): Promise<void> {
    const { verifyOrders } = await import('../src/orders/verify/verify.ts');
    const isInteractive = process.stdout.isTTY && !flags.json;
    const found = await verifyOrders(stack, query);
    const verification = withEnvHints(stack.target, found, { isInteractive });
    if (verification.mismatches.length > 0) process.exitCode = 14;
    if (flags.json) return this.document(verification, { since: query.since });
    if (flags.output === 'id') {
      return this.out(
        listMismatchedIds(verification)
          .map((id) => `${id}\n`)
          .join(''),
      );
    }
    this.out(formatVerification(verification));
    process.stderr.write(formatVerificationNotes(verification, query));
  }
}

import { Flags } from '@oclif/core';
import { providers } from '../functions/contract/providers.ts';
import { BaseCommand, timeoutFlag } from '../src/cli/command/base-command.ts';
import { parseColumns, parseSort, selectFields, sortRows } from '../src/cli/list/column-flags.ts';
import {
  buildListQuery,
  checkOutput,
  type ListFlags,
  outputFormats,
} from '../src/cli/list/list.ts';
import { columnNames } from '../src/cli/list/order-columns.ts';
import { printOrders } from '../src/cli/list/print-orders.ts';
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
    '<%= config.bin %> list --waiting-for payments',
    '<%= config.bin %> list --columns order,customer,total --sort total:desc',
    '<%= config.bin %> list --all --since 30d -o csv',
    '<%= config.bin %> list --watch --running',
    '<%= config.bin %> list --verify --since 1d',
    '<%= config.bin %> list --verify -o id | <%= config.bin %> repair - --yes',
  ];
  static override flags = {
    status: statusFlag(),
    running: Flags.boolean({ description: 'only running orders' }),
    paused: Flags.boolean({ description: 'only paused orders', exclusive: ['verify', 'watch'] }),
    'waiting-for': Flags.option({ options: providers })({
      description: 'only orders that wait for this provider',
      helpValue: '<provider>',
      exclusive: ['verify', 'failed'],
    }),
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
      description: 'update the list until q or Ctrl-C',
      exclusive: ['verify', 'cursor'],
    }),
    timeout: timeoutFlag({ dependsOn: ['watch'] }),
    cursor: Flags.string({ description: 'continue an earlier list', helpValue: '<cursor>' }),
    columns: Flags.custom<ReturnType<typeof parseColumns>>({
      parse: async (text) => parseColumns(text),
      description: `columns (comma-separated): ${columnNames.join(', ')}`,
      helpValue: '<name,…>',
      exclusive: ['verify'],
    })(),
    sort: Flags.custom<ReturnType<typeof parseSort>>({
      parse: async (text) => parseSort(text),
      description: 'sort the listed orders by a column',
      helpValue: '<column[:desc]>',
      exclusive: ['verify'],
    })(),
    output: Flags.option({ options: outputFormats })({
      char: 'o',
      description: 'wide: more columns; id: ids only; json: the same as --json',
    }),
    header: Flags.boolean({
      allowNo: true,
      description: 'column titles (default: on terminals and in CSV)',
    }),
  };

  async run(): Promise<void> {
    const { flags: given, metadata } = await this.parse(List);
    checkOutput(given);
    const isJson = given.output === 'json' || (given.watch && given.output === 'jsonl');
    const flags = { ...given, json: given.json || isJson };
    // Errors are reported in the form of the output.
    if (given.output === 'json') this.argv.push('--json');
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
      if (flags.json || flags.output === 'yaml') return this.#printDocument(stack, query, flags);
      return printOrders(listOrders(stack, query), { query, flags, argv: this.argv });
    });
  }

  async #printDocument(stack: Stack, query: ListQuery, flags: ListFlags): Promise<void> {
    const batches = listOrders(stack, query);
    const orders = [];
    for (;;) {
      const next = await batches.next();
      if (next.done) {
        const { cursor } = next.value;
        const data = sortRows(orders, flags.sort).map((row) => selectFields(row, flags.columns));
        const meta = { since: query.since, ...(cursor ? { cursor } : {}) };
        if (flags.output !== 'yaml') return this.document(data, meta);
        const { formatYamlDocument } = await import('../src/cli/command/yaml-output.ts');
        return this.out(formatYamlDocument(this.envelope(data, meta)));
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

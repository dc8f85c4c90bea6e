import { Flags } from '@oclif/core';
import { BaseCommand, timeoutFlag } from '../src/cli/command/base-command.ts';
import { ordersArg, readReferences } from '../src/cli/command/order-arguments.ts';
import { showWatch, showWatchMany } from '../src/cli/watch/watch.ts';
import {
  formatWatchCommand,
  parseSelection,
  runningStatuses,
  untilStatuses,
} from '../src/cli/watch/watch-flags.ts';
import { findOrders } from '../src/orders/lookup/find.ts';
import { RunningOrders } from '../src/orders/watch/running-orders.ts';
import { UserError } from '../src/user-error.ts';

export default class Watch extends BaseCommand {
  static override summary = 'Watch running orders until they end.';
  static override description =
    'Shows one order with its workflow, several orders as a table, and without arguments the latest order. With --all, --status, --customer or --since, orders that start later join. The exit code is that of the outcome, or 13 if outcomes differ. The command of --exec gets ORDERS_ORDER_ID, ORDERS_ORDER_STATUS, ORDERS_ORDER_ENDING and ORDERS_ORDER_FAILURE in its environment.';
  static override examples = [
    '<%= config.bin %> watch latest',
    '<%= config.bin %> watch --all',
    '<%= config.bin %> watch latest --until shipped --timeout 10m',
    '<%= config.bin %> watch order-7f3a --detail --with-logs',
    '<%= config.bin %> watch order-7f3a --json',
    '<%= config.bin %> watch --all --notify --exec \'echo "$ORDERS_ORDER_ID" >> ended\'',
    '<%= config.bin %> list --running -o id | <%= config.bin %> watch - --fail-fast',
  ];
  static override args = { order: ordersArg() };
  static override flags = {
    all: Flags.boolean({ description: 'all running orders' }),
    status: Flags.string({
      description: 'only running orders with this status (comma-separated)',
      helpValue: '<status>',
      options: [...runningStatuses],
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
    }),
    customer: Flags.string({
      description: 'only running orders of this customer',
      helpValue: '<id>',
    }),
    since: Flags.string({
      description: 'only running orders created after this time',
      helpValue: '<time|duration>',
    }),
    until: Flags.option({ options: untilStatuses })({
      description: 'stop at this status (exit 0)',
      helpValue: '<status>',
    }),
    'fail-fast': Flags.boolean({ description: 'stop when an order does not complete' }),
    'with-logs': Flags.boolean({ description: 'include the log lines of the functions' }),
    detail: Flags.boolean({ description: 'include successful attempts, waits and invocations' }),
    notify: Flags.boolean({ description: 'let the terminal notify you when an order ends' }),
    exec: Flags.string({
      description: 'run a shell command for each order that ends',
      helpValue: '<command>',
    }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Watch);
    const references = await readReferences(args.order ?? []);
    const selection = parseSelection(flags, references);
    if (references.length === 0 && !selection) {
      // On a terminal the user sees which order is watched. A script has to name one.
      if (!process.stdout.isTTY) {
        throw new UserError('An order is required if stdout is not a terminal.', {
          hint: ['orders watch latest', 'orders watch --all'],
        });
      }
      references.push('latest');
    }
    const target = await this.target(flags);
    await this.withStack(target, async (stack) => {
      const orders = await findOrders(stack, references);
      const stream = process.stdout;
      const view = {
        ui: flags.json ? ('json' as const) : this.ui(flags, stream),
        stream,
        timeoutMs: flags.timeout,
        until: flags.until,
        failFast: flags['fail-fast'],
        withLogs: flags['with-logs'],
        detail: flags.detail,
        endActions: await this.#createEndActions(flags, target.environment.name),
      };
      const [first, ...others] = orders;
      const running = selection && new RunningOrders(stack, selection);
      if (first && others.length === 0) await showWatch(stack, first, view);
      else {
        const command = selection && { watchCommand: formatWatchCommand(flags) };
        await showWatchMany(stack, { orders, running, ...command }, view);
      }
    });
  }
  async #createEndActions(
    { notify, exec }: { readonly notify: boolean; readonly exec?: string | undefined },
    environment: string,
  ) {
    if (!notify && exec === undefined) return undefined;
    const { EndActions } = await import('../src/cli/watch/end-actions.ts');
    return new EndActions({ notify, command: exec, environment, stderr: process.stderr });
  }
}

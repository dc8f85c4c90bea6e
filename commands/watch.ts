import { Flags } from '@oclif/core';
import { BaseCommand, timeoutFlag } from '../src/cli/command/base-command.ts';
import { ordersArg, readReferences } from '../src/cli/command/order-arguments.ts';
import { follow, followMany } from '../src/cli/watch/watch.ts';
import {
  reachable,
  runningStatuses,
  selectionOf,
  watchAgain,
} from '../src/cli/watch/watch-flags.ts';
import { findOrders } from '../src/orders/lookup/find.ts';
import { RunningOrders } from '../src/orders/watch/running-orders.ts';
import { UserError } from '../src/user-error.ts';

export default class Watch extends BaseCommand {
  static override summary = 'Watch orders on their way, and exit with how they ended.';
  static override description = [
    'One order is shown in its workflow, several as a table; without any, a terminal shows the newest. Several that end differently exit 13.',
    'With --all, --status, --customer or --since: the orders that are on their way, and those that begin meanwhile, until none is left.',
  ].join('\n');
  static override examples = [
    '<%= config.bin %> watch latest',
    '<%= config.bin %> watch --all',
    '<%= config.bin %> watch latest --until shipped --timeout 10m',
    '<%= config.bin %> watch order-7f3a --detail --with-logs',
    '<%= config.bin %> watch order-7f3a --json',
    '<%= config.bin %> list --running -o id | <%= config.bin %> watch - --fail-fast',
  ];
  static override args = { order: ordersArg() };
  static override flags = {
    all: Flags.boolean({ description: 'every order on its way' }),
    status: Flags.string({
      description: 'of the orders on their way those that have this status; several with commas',
      helpValue: '<status>',
      options: [...runningStatuses],
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
    }),
    customer: Flags.string({ description: 'of the orders on their way those of this customer id' }),
    since: Flags.string({
      description: 'of the orders on their way those that began since then',
      helpValue: '<time|duration>',
    }),
    until: Flags.option({ options: reachable })({
      description: 'look no further than this status (exit 0)',
      helpValue: '<status>',
    }),
    'fail-fast': Flags.boolean({ description: 'stop looking when one ends badly, with its code' }),
    'with-logs': Flags.boolean({ description: 'with what the functions wrote to their logs' }),
    detail: Flags.boolean({
      description: 'of one order also what goes well: attempts, waits, invocations',
    }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Watch);
    const references = await readReferences(args.order ?? []);
    const selection = selectionOf(flags, references);
    if (references.length === 0 && !selection) {
      // A person sees which order it turns out to be; a script has to say.
      if (!process.stdout.isTTY) {
        throw new UserError('An order is required here.', {
          hint: ['orders watch latest', 'orders watch --all'],
        });
      }
      references.push('latest');
    }
    const target = await this.target(flags);
    await this.withStack(target, async (outputs) => {
      const found = await findOrders(target, outputs, references);
      const stream = process.stdout;
      const view = {
        ui: flags.json ? ('json' as const) : this.ui(flags, stream),
        stream,
        timeoutMs: flags.timeout,
        until: flags.until,
        failFast: flags['fail-fast'],
        withLogs: flags['with-logs'],
        detail: flags.detail,
      };
      const [first, ...others] = found;
      const running = selection && new RunningOrders(target, outputs, selection);
      if (first && others.length === 0) await follow({ target, outputs }, first, view);
      else {
        const again = selection && { again: watchAgain(flags) };
        await followMany({ target, outputs }, { orders: found, running, ...again }, view);
      }
    });
  }
}

import { Flags, type Interfaces } from '@oclif/core';
import { announceTarget } from '../src/cli/command/announce-target.ts';
import { BaseCommand, confirmFlag, timeoutFlag } from '../src/cli/command/base-command.ts';
import { confirmProtected, confirmYes } from '../src/cli/command/confirm.ts';
import { ordersArg, readReferences } from '../src/cli/command/order-arguments.ts';
import { checkOrderId } from '../src/cli/orders/order-input.ts';
import {
  formatRetryResult,
  nextStepHint,
  type RetryResult,
  retryOrders,
  watchRetried,
} from '../src/cli/orders/retry.ts';
import { parseSettings, setFlag } from '../src/cli/orders/set-flag.ts';
import type { Stack } from '../src/environment/stack.ts';
import { findOrders, type LocatedOrder } from '../src/orders/lookup/find.ts';
import { UserError } from '../src/user-error.ts';

type RetryFlags = Interfaces.InferredFlags<typeof BaseCommand.baseFlags & typeof Retry.flags>;

export default class Retry extends BaseCommand {
  static override summary = 'Resubmit orders as new, linked orders.';
  static override description =
    'The new order gets the id <id>-r2, then -r3. Repeating the same retry returns the same order. An order that completed, is running or was not refunded is refused (exit 6).';
  static override examples = [
    '<%= config.bin %> retry latest --watch',
    '<%= config.bin %> retry order-7f3a --set customerId=CUST-002 --set items[0].quantity=1',
    '<%= config.bin %> list --failed --since 1h -o id | <%= config.bin %> retry - --yes --wait',
  ];
  static override args = { order: ordersArg() };
  static override flags = {
    set: setFlag(),
    id: Flags.string({ description: 'id of the new order (default: <id>-r2)', helpValue: '<id>' }),
    'charge-again': Flags.boolean({
      description: 'allow retries that charge the customer twice',
    }),
    'dry-run': Flags.boolean({ description: 'print the new orders without starting them' }),
    wait: Flags.boolean({ description: 'wait for the outcome, exit with its code' }),
    watch: Flags.boolean({ char: 'w', description: 'like --wait, and show the running orders' }),
    output: Flags.option({ options: ['id'] as const })({
      char: 'o',
      description: 'print only the ids',
    }),
    yes: Flags.boolean({ char: 'y', description: 'skip the confirmation for several orders' }),
    confirm: confirmFlag(),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Retry);
    const id = flags.id === undefined ? undefined : checkOrderId(flags.id);
    const settings = parseSettings(flags.set);
    const references = await readReferences(args.order ?? []);
    if (references.length === 0) {
      throw new UserError('No orders selected.', {
        hint: ['orders retry latest', 'orders list --failed'],
      });
    }
    const target = await this.target(flags);
    const { 'dry-run': dryRun, 'charge-again': chargeAgain } = flags;
    if (!dryRun) {
      announceTarget(target, flags);
      await confirmProtected(target, flags);
    }
    await this.withStack(target, async (stack) => {
      const orders = await findOrders(stack, references);
      if (orders.length > 1) await this.#confirmSeveral(orders, flags);
      const results = await retryOrders(stack, orders, { settings, id, chargeAgain, dryRun });
      const isRefused = results.some(({ result }) => result === 'refused');
      if (isRefused) process.exitCode = 13;
      const waits = (flags.wait || flags.watch) && !dryRun;
      if (!flags.json) this.#print(results, { idOnly: flags.output === 'id', waits });
      if (waits) await this.#watch(stack, results, flags);
      else if (flags.json) this.document(results);
      if (isRefused && !process.exitCode) process.exitCode = 13;
    });
  }

  /** Confirms the retry of several orders, for which `--id` is not allowed. */
  async #confirmSeveral(orders: readonly LocatedOrder[], flags: RetryFlags): Promise<void> {
    if (flags.id !== undefined) {
      throw new UserError('--id can only be used with one order.', {
        hint: 'omit it to get <id>-r2 for each',
      });
    }
    if (flags.yes || flags['dry-run']) return;
    const ids = orders.map(({ orderId }) => orderId);
    const more = ids.length > 10 ? ` and ${ids.length - 10} more` : '';
    process.stderr.write(`${ids.slice(0, 10).join(', ')}${more}\n`);
    await confirmYes(flags, {
      question: `Retry ${ids.length} orders?`,
      nonInteractiveMessage: `Retrying ${ids.length} orders requires confirmation.`,
    });
  }

  /** Watches the new orders. With `--json`, prints a record per event (`--watch`) or one document at the end (`--wait`). */
  async #watch(stack: Stack, results: readonly RetryResult[], flags: RetryFlags): Promise<void> {
    const isStream = flags.json && flags.watch;
    const ended = await watchRetried(stack, results, {
      ui: isStream ? 'json' : flags.json ? 'quiet' : this.ui(flags, process.stderr),
      stream: isStream ? process.stdout : process.stderr,
      timeoutMs: flags.timeout,
    });
    if (flags.json && !isStream) this.document(ended);
  }

  #print(
    results: readonly RetryResult[],
    { idOnly, waits }: { readonly idOnly: boolean; readonly waits: boolean },
  ): void {
    for (const result of results) {
      if (!idOnly) this.out(formatRetryResult(result, process.stdout));
      else if (result.result !== 'refused') this.out(`${result.orderId}\n`);
    }
    const hint = waits || idOnly ? undefined : nextStepHint(results);
    if (hint) this.hint(hint);
  }
}

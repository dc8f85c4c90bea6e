import { Flags } from '@oclif/core';
import { nameTarget } from '../src/cli/command/announce-target.ts';
import { BaseCommand, timeoutFlag } from '../src/cli/command/base-command.ts';
import { askYes, confirmProtected } from '../src/cli/command/confirm.ts';
import { ordersArg, readReferences } from '../src/cli/command/order-arguments.ts';
import { checkOrderId } from '../src/cli/orders/order-input.ts';
import { followRetried, nextAfter, retriedText, retryAll } from '../src/cli/orders/retry.ts';
import { readSettings, setFlag } from '../src/cli/orders/set-flag.ts';
import { type Found, findOrders } from '../src/orders/lookup/find.ts';
import { UserError } from '../src/user-error.ts';

export default class Retry extends BaseCommand {
  static override summary = 'Try orders again: new orders with what the old ones were placed with.';
  static override description =
    'The new order is <id>-r2, then -r3, and each names the other. The same retry again is the same order. An order that completed, runs or was not paid back is refused (exit 6).';
  static override examples = [
    '<%= config.bin %> retry latest --watch',
    '<%= config.bin %> retry order-7f3a --set customerId=CUST-002 --set items[0].quantity=1',
    '<%= config.bin %> list --failed --since 1h -o id | <%= config.bin %> retry - --yes --wait',
  ];
  static override args = { order: ordersArg() };
  static override flags = {
    set: setFlag(),
    id: Flags.string({ description: 'id of the new order (default: the old one and -r2)' }),
    'charge-again': Flags.boolean({
      description: 'also an order that completed or still runs: its customer pays twice',
    }),
    'dry-run': Flags.boolean({ description: 'say what would be started, start nothing' }),
    wait: Flags.boolean({ description: 'wait for the end and exit with its code' }),
    watch: Flags.boolean({ char: 'w', description: 'show the order on its way, then as --wait' }),
    output: Flags.option({ options: ['id'] as const })({
      char: 'o',
      description: 'print only the ids',
    }),
    yes: Flags.boolean({ char: 'y', description: 'do not ask about several orders' }),
    confirm: Flags.string({ description: 'name of the protected environment to change' }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Retry);
    const id = flags.id === undefined ? undefined : checkOrderId(flags.id);
    const settings = readSettings(flags.set);
    const references = await readReferences(args.order ?? []);
    if (references.length === 0) {
      throw new UserError('Which orders?', {
        hint: ['orders retry latest', 'orders list --failed'],
      });
    }
    const target = await this.target(flags);
    const { 'dry-run': dryRun, 'charge-again': chargeAgain, json } = flags;
    if (!dryRun) {
      nameTarget(target, flags);
      await confirmProtected(target, flags);
    }
    await this.withStack(target, async (outputs) => {
      const where = { target, outputs };
      const orders = await findOrders(target, outputs, references);
      if (orders.length > 1) await this.#several(orders, flags);
      const options = { settings, id, chargeAgain, dryRun };
      const results = await retryAll(where, orders, options);
      const refused = results.some(({ result }) => result === 'refused');
      if (refused) process.exitCode = 13;
      const stays = (flags.wait || flags.watch) && !dryRun;
      const streams = json && flags.watch && stays;
      if (!json) this.#show(results, { idOnly: flags.output === 'id', stays });
      else if (!stays) return this.document(results);
      if (!stays) return;
      const told = await followRetried(where, results, {
        ui: streams ? 'json' : json ? 'quiet' : this.ui(flags, process.stderr),
        stream: streams ? process.stdout : process.stderr,
        timeoutMs: flags.timeout,
      });
      if (refused && !process.exitCode) process.exitCode = 13;
      if (json && !streams) this.document(told);
    });
  }

  async #several(
    orders: readonly Found[],
    flags: { id?: string | undefined; yes: boolean; 'no-input': boolean; 'dry-run': boolean },
  ): Promise<void> {
    if (flags.id !== undefined) {
      throw new UserError('--id is the id of one order.', { hint: 'leave it out: <id>-r2 each' });
    }
    if (flags.yes || flags['dry-run']) return;
    const ids = orders.map(({ orderId }) => orderId);
    const more = ids.length > 10 ? ` and ${ids.length - 10} more` : '';
    process.stderr.write(`${ids.slice(0, 10).join(', ')}${more}\n`);
    const otherwise = `Trying ${ids.length} orders again takes a yes.`;
    await askYes(flags, { question: `Try ${ids.length} orders again?`, otherwise });
  }

  #show(
    results: Awaited<ReturnType<typeof retryAll>>,
    { idOnly, stays }: { readonly idOnly: boolean; readonly stays: boolean },
  ): void {
    for (const each of results) {
      if (!idOnly) this.out(retriedText(each, process.stdout));
      else if (each.result !== 'refused') this.out(`${each.orderId}\n`);
    }
    const next = stays || idOnly ? undefined : nextAfter(results);
    if (next) this.hint(next);
  }
}

import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { ordersArg, readReferences } from '../../src/cli/command/order-arguments.ts';
import { buildRespondCommand, formatCallbacks } from '../../src/cli/orders/callback.ts';
import { ordersInReviewQuery, sinceFlag } from '../../src/cli/orders/review.ts';
import { listReviewCallbacks, readPendingCallbacks } from '../../src/orders/actions/callbacks.ts';
import { findOrders } from '../../src/orders/lookup/find.ts';

export default class CallbackList extends BaseCommand {
  static override summary = 'List pending callbacks of orders.';
  static override description =
    'With orders, lists all callbacks that their executions wait for. Without orders, lists all pending reviews.';
  static override examples = [
    '<%= config.bin %> callback list',
    '<%= config.bin %> callback list order-7f3a --json',
  ];
  static override args = { order: ordersArg() };
  static override flags = { since: sinceFlag() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(CallbackList);
    const references = await readReferences(args.order ?? []);
    const query = ordersInReviewQuery(flags);
    const target = await this.target(flags);
    const pending = await this.withStack(target, async (stack) => {
      if (references.length === 0) return listReviewCallbacks(stack, query);
      const orders = await findOrders(stack, references);
      return readPendingCallbacks(stack, orders);
    });
    if (flags.json) return this.document(pending);
    const { stdout: stream } = process;
    const header = stream.isTTY === true;
    if (pending.length === 0) process.stderr.write('No order waits for a callback.\n');
    const width = header ? stream.columns : undefined;
    this.out(formatCallbacks(pending, { header, width, stream, now: Date.now() }));
    const [first] = pending;
    if (first) this.hint(buildRespondCommand(first));
  }
}

import { BaseCommand } from '../../src/cli/command/base-command.ts';
import {
  formatOrdersInReview,
  ordersInReviewQuery,
  sinceFlag,
} from '../../src/cli/orders/review.ts';
import { listOrdersInReview } from '../../src/orders/actions/review.ts';

export default class ReviewList extends BaseCommand {
  static override summary = 'List orders that wait for a review.';
  static override description =
    'An order with an unclear fraud score waits for a decision. It is rejected if nobody decides in time. The most urgent order comes first.';
  static override examples = [
    '<%= config.bin %> review list',
    '<%= config.bin %> review list --since 1d --json',
  ];
  static override flags = {
    since: sinceFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ReviewList);
    const query = ordersInReviewQuery(flags);
    const target = await this.target(flags);
    const orders = await this.withStack(target, (stack) => listOrdersInReview(stack, query));
    if (flags.json) return this.document(orders);
    const { stdout: stream } = process;
    const header = stream.isTTY === true;
    if (orders.length === 0) process.stderr.write('No order waits for a review.\n');
    const width = header ? stream.columns : undefined;
    this.out(formatOrdersInReview(orders, { header, width, stream, now: Date.now() }));
    const [first] = orders;
    if (first) this.hint(`orders review approve ${first.orderId}`);
  }
}

import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { formatParked, parkedQuery, sinceFlag } from '../../src/cli/orders/review.ts';
import { listParked } from '../../src/orders/actions/review.ts';

export default class ReviewList extends BaseCommand {
  static override summary = 'List the orders that wait for a review, the most urgent first.';
  static override description =
    'An order whose fraud score is in doubt waits for a person. When nobody decides in time it is rejected.';
  static override examples = [
    '<%= config.bin %> review list',
    '<%= config.bin %> review list --since 1d --json',
  ];
  static override flags = {
    since: sinceFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ReviewList);
    const query = parkedQuery(flags);
    const target = await this.target(flags);
    const parked = await this.withStack(target, (outputs) => listParked(target, outputs, query));
    if (flags.json) return this.document(parked);
    const { stdout: stream } = process;
    const header = stream.isTTY === true;
    if (parked.length === 0) process.stderr.write('No order waits for a review.\n');
    const width = header ? stream.columns : undefined;
    this.out(formatParked(parked, { header, width, stream, now: Date.now() }));
    const [first] = parked;
    if (first) this.hint(`orders review approve ${first.orderId}`);
  }
}

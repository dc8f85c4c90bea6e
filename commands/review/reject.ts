import { ReviewCommand } from '../../src/cli/orders/review-command.ts';

export default class ReviewReject extends ReviewCommand {
  static override summary = 'Reject orders that wait for review.';
  static override description =
    'Completed steps are undone, and the orders end with the status failed.';
  static override examples = ['<%= config.bin %> review reject order-7f3a --note "stolen card"'];

  protected override readonly decision = 'reject';
}

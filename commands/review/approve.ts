import { ReviewCommand } from '../../src/cli/orders/review-command.ts';

export default class ReviewApprove extends ReviewCommand {
  static override summary = 'Approve orders that wait for review.';
  static override examples = [
    '<%= config.bin %> review approve latest --note "called the customer"',
    '<%= config.bin %> review list --json | <%= config.bin %> review approve -',
  ];

  protected override readonly decision = 'approve';
}

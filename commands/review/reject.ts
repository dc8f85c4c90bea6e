import { announceTarget } from '../../src/cli/command/announce-target.ts';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { confirmProtected } from '../../src/cli/command/confirm.ts';
import { orderArg, readReference } from '../../src/cli/command/order-arguments.ts';
import { decisionFlags, formatDecided, readDecision } from '../../src/cli/orders/review.ts';
import { decideReview } from '../../src/orders/actions/review.ts';

export default class ReviewReject extends BaseCommand {
  static override summary = 'Reject an order that waits for review.';
  static override description =
    'Completed steps are undone, and the order ends with the status failed.';
  static override examples = ['<%= config.bin %> review reject order-7f3a --note "stolen card"'];
  static override args = { order: orderArg() };
  static override flags = decisionFlags();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ReviewReject);
    const { by, note } = readDecision(flags);
    const reference = await readReference(args.order);
    const target = await this.target(flags);
    announceTarget(target, flags);
    await confirmProtected(target, flags);
    const decided = await this.withStack(target, (stack) =>
      decideReview(stack, { reference, decision: 'reject', by, note }),
    );
    if (flags.json) return this.document(decided);
    this.out(formatDecided(decided));
    this.hint(`orders watch ${decided.orderId}`);
  }
}

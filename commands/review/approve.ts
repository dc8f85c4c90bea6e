import { announceTarget } from '../../src/cli/command/announce-target.ts';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { confirmProtected } from '../../src/cli/command/confirm.ts';
import { orderArg, readReference } from '../../src/cli/command/order-arguments.ts';
import { decisionFlags, formatDecided, readDecision } from '../../src/cli/orders/review.ts';
import { decideReview } from '../../src/orders/actions/review.ts';

export default class ReviewApprove extends BaseCommand {
  static override summary = 'Approve an order that waits for review.';
  static override examples = [
    '<%= config.bin %> review approve latest --note "called the customer"',
  ];
  static override args = { order: orderArg() };
  static override flags = decisionFlags();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ReviewApprove);
    const { by, note } = readDecision(flags);
    const reference = await readReference(args.order);
    const target = await this.target(flags);
    announceTarget(target, flags);
    await confirmProtected(target, flags);
    const decided = await this.withStack(target, (stack) =>
      decideReview(stack, { reference, decision: 'approve', by, note }),
    );
    if (flags.json) return this.document(decided);
    this.out(formatDecided(decided));
    this.hint(`orders watch ${decided.orderId}`);
  }
}

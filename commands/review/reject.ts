import { announceTarget } from '../../src/cli/command/announce-target.ts';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { confirmProtected } from '../../src/cli/command/confirm.ts';
import { ordersArg, readReferences } from '../../src/cli/command/order-arguments.ts';
import {
  decideAll,
  decisionFlags,
  formatReviewOutcome,
  nextCommand,
  readDecision,
} from '../../src/cli/orders/review.ts';
import { UserError } from '../../src/user-error.ts';

export default class ReviewReject extends BaseCommand {
  static override summary = 'Reject orders that wait for review.';
  static override description =
    'Completed steps are undone, and the orders end with the status failed.';
  static override examples = ['<%= config.bin %> review reject order-7f3a --note "stolen card"'];
  static override args = { order: ordersArg() };
  static override flags = decisionFlags();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ReviewReject);
    const { by, note } = readDecision(flags);
    const references = await readReferences(args.order ?? []);
    if (references.length === 0) {
      throw new UserError('No orders selected.', {
        hint: ['orders review list', 'orders review reject latest'],
      });
    }
    const target = await this.target(flags);
    announceTarget(target, flags);
    await confirmProtected(target, flags);
    const outcomes = await this.withStack(target, (stack) =>
      decideAll(stack, references, { decision: 'reject', by, note }),
    );
    if (flags.json) return this.document(outcomes.length === 1 ? outcomes[0] : outcomes);
    for (const outcome of outcomes) this.out(formatReviewOutcome(outcome));
    const decided = outcomes.find((outcome) => !('refused' in outcome));
    if (decided) this.hint(nextCommand(decided));
  }
}

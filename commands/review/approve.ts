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

export default class ReviewApprove extends BaseCommand {
  static override summary = 'Approve orders that wait for review.';
  static override examples = [
    '<%= config.bin %> review approve latest --note "called the customer"',
    '<%= config.bin %> review list --json | <%= config.bin %> review approve -',
  ];
  static override args = { order: ordersArg() };
  static override flags = decisionFlags();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ReviewApprove);
    const { by, note } = readDecision(flags);
    const references = await readReferences(args.order ?? []);
    if (references.length === 0) {
      throw new UserError('No orders selected.', {
        hint: ['orders review list', 'orders review approve latest'],
      });
    }
    const target = await this.target(flags);
    announceTarget(target, flags);
    await confirmProtected(target, flags);
    const outcomes = await this.withStack(target, (stack) =>
      decideAll(stack, references, { decision: 'approve', by, note }),
    );
    if (flags.json) return this.document(outcomes.length === 1 ? outcomes[0] : outcomes);
    for (const outcome of outcomes) this.out(formatReviewOutcome(outcome));
    const decided = outcomes.find((outcome) => !('refused' in outcome));
    if (decided) this.hint(nextCommand(decided));
  }
}

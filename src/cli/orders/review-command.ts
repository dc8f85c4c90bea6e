import { UserError } from '../../user-error.ts';
import { announceTarget } from '../command/announce-target.ts';
import { BaseCommand } from '../command/base-command.ts';
import { confirmProtected } from '../command/confirm.ts';
import { ordersArg, readReferences } from '../command/order-arguments.ts';
import {
  decideAll,
  decisionFlags,
  formatReviewOutcome,
  nextCommand,
  readDecision,
  summarizeReviews,
} from './review.ts';

/** A command that completes the reviews of orders with one decision. */
export abstract class ReviewCommand extends BaseCommand {
  static override args = { order: ordersArg() };
  static override flags = decisionFlags();

  protected abstract readonly decision: 'approve' | 'reject';

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ReviewCommand);
    const { decision } = this;
    const { by, note } = readDecision(flags);
    const references = await readReferences(args.order ?? []);
    if (references.length === 0) {
      throw new UserError('No orders selected.', {
        hint: ['orders review list', `orders review ${decision} latest`],
      });
    }
    const target = await this.target(flags);
    announceTarget(target, flags);
    await confirmProtected(target, flags);
    const outcomes = await this.withStack(target, (stack) =>
      decideAll(stack, references, { decision, by, note }),
    );
    if (flags.json) return this.document(references.length === 1 ? outcomes[0] : outcomes);
    for (const outcome of outcomes) this.out(formatReviewOutcome(outcome));
    process.stderr.write(summarizeReviews(outcomes, decision) ?? '');
    const decided = outcomes.find((outcome) => !('refused' in outcome));
    if (decided) this.hint(nextCommand(decided));
  }
}

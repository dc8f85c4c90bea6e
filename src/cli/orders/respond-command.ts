import { type RespondOptions, respondToCallback } from '../../orders/actions/callbacks.ts';
import { findOrder } from '../../orders/lookup/find.ts';
import { announceTarget } from '../command/announce-target.ts';
import { BaseCommand, confirmFlag, type GlobalFlags } from '../command/base-command.ts';
import { confirmProtected } from '../command/confirm.ts';
import { readReference } from '../command/order-arguments.ts';
import { formatResponse } from './callback.ts';
import { nextCommand } from './review.ts';

export const respondFlags = {
  confirm: confirmFlag(),
};

interface ResponseRequest {
  readonly order: string;
  readonly step: string | undefined;
  readonly response: RespondOptions['response'];
}

/** Base class of the commands that respond to a callback. */
export abstract class RespondCommand extends BaseCommand {
  protected async respond(
    flags: GlobalFlags & { readonly confirm: string | undefined },
    { order, step, response }: ResponseRequest,
  ): Promise<void> {
    const reference = await readReference(order);
    const target = await this.target(flags);
    announceTarget(target, flags);
    await confirmProtected(target, flags);
    const result = await this.withStack(target, async (stack) => {
      const found = await findOrder(stack, reference);
      return respondToCallback(stack, { found, step, response: response });
    });
    if (flags.json) return this.document(result);
    this.out(formatResponse(result));
    this.hint(nextCommand(result));
  }
}

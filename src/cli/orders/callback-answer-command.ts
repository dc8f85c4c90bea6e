import { Flags } from '@oclif/core';
import { type AnswerOptions, answerCallback } from '../../orders/actions/callbacks.ts';
import { findOrder } from '../../orders/lookup/find.ts';
import { nameTarget } from '../command/announce-target.ts';
import { BaseCommand, type GlobalFlags } from '../command/base-command.ts';
import { confirmProtected } from '../command/confirm.ts';
import { readReference } from '../command/order-arguments.ts';
import { answeredLine } from './callback.ts';

export const answerFlags = {
  confirm: Flags.string({ description: 'name of the protected environment to change' }),
};

interface Asked {
  readonly order: string;
  readonly step: string | undefined;
  readonly answer: AnswerOptions['answer'];
}

/** What the commands have in common that answer a callback. */
export abstract class AnswerCommand extends BaseCommand {
  protected async answer(
    flags: GlobalFlags & { readonly confirm: string | undefined },
    { order, step, answer }: Asked,
  ): Promise<void> {
    const reference = await readReference(order);
    const target = await this.target(flags);
    nameTarget(target, flags);
    await confirmProtected(target, flags);
    const answered = await this.withStack(target, async (outputs) => {
      const found = await findOrder(target, outputs, reference);
      return answerCallback(target, outputs, { found, step, answer });
    });
    if (flags.json) return this.document(answered);
    this.out(answeredLine(answered));
    this.hint(`orders watch ${answered.orderId}`);
  }
}

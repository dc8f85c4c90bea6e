import { Flags } from '@oclif/core';
import { callbackArgs, readResult } from '../../src/cli/orders/callback.ts';
import { AnswerCommand, answerFlags } from '../../src/cli/orders/callback-answer-command.ts';

export default class CallbackSucceed extends AnswerCommand {
  static override summary = 'Answer a callback that an order waits for: it goes on with that.';
  static override examples = [
    `<%= config.bin %> callback succeed order-7f3a manager-approval --result '{"approved":true}'`,
    '<%= config.bin %> callback succeed latest --result @answer.json',
  ];
  static override args = callbackArgs();
  static override flags = {
    result: Flags.string({
      description: 'the answer, as JSON; @FILE reads it from a file, @- from stdin',
      helpValue: 'JSON|@FILE',
    }),
    ...answerFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(CallbackSucceed);
    await this.answer(flags, {
      ...args,
      answer: { kind: 'succeed', result: readResult(flags.result) },
    });
  }
}

import { Flags } from '@oclif/core';
import { callbackArgs } from '../../src/cli/orders/callback.ts';
import { AnswerCommand, answerFlags } from '../../src/cli/orders/callback-answer-command.ts';

export default class CallbackFail extends AnswerCommand {
  static override summary = 'Answer a callback that an order waits for with a failure.';
  static override examples = [
    '<%= config.bin %> callback fail order-7f3a manager-approval --error-message "not in stock"',
  ];
  static override args = callbackArgs();
  static override flags = {
    'error-type': Flags.string({
      description: 'name of the error, for the workflow',
      default: 'CallbackFailed',
    }),
    'error-message': Flags.string({ description: 'what went wrong', default: '' }),
    ...answerFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(CallbackFail);
    await this.answer(flags, {
      ...args,
      answer: {
        kind: 'fail',
        type: flags['error-type'],
        message: flags['error-message'],
      },
    });
  }
}

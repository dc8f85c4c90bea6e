import { Flags } from '@oclif/core';
import { callbackArgs } from '../../src/cli/orders/callback.ts';
import { RespondCommand, respondFlags } from '../../src/cli/orders/respond-command.ts';

export default class CallbackFail extends RespondCommand {
  static override summary = 'Fail a pending callback.';
  static override examples = [
    '<%= config.bin %> callback fail order-7f3a manager-approval --error-message "sold out"',
  ];
  static override args = callbackArgs();
  static override flags = {
    'error-type': Flags.string({
      description: 'error name for the workflow',
      helpValue: '<name>',
      default: 'CallbackFailed',
    }),
    'error-message': Flags.string({
      description: 'error message for the workflow',
      helpValue: '<text>',
      default: '',
    }),
    ...respondFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(CallbackFail);
    await this.respond(flags, {
      ...args,
      response: {
        kind: 'fail',
        type: flags['error-type'],
        message: flags['error-message'],
      },
    });
  }
}

import { Flags } from '@oclif/core';
import { callbackArgs, readResult } from '../../src/cli/orders/callback.ts';
import { RespondCommand, respondFlags } from '../../src/cli/orders/respond-command.ts';

export default class CallbackSucceed extends RespondCommand {
  static override summary = 'Complete a pending callback with a result.';
  static override examples = [
    `<%= config.bin %> callback succeed order-7f3a manager-approval --result '{"ok":true}'`,
    '<%= config.bin %> callback succeed latest --result @answer.json',
  ];
  static override args = callbackArgs();
  static override flags = {
    result: Flags.string({
      description: 'result as JSON (@FILE: from a file, @-: stdin)',
      helpValue: 'JSON|@FILE',
    }),
    ...respondFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(CallbackSucceed);
    await this.respond(flags, {
      ...args,
      response: { kind: 'succeed', result: readResult(flags.result) },
    });
  }
}

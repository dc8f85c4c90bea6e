import { callbackArgs } from '../../src/cli/orders/callback.ts';
import { AnswerCommand, answerFlags } from '../../src/cli/orders/callback-answer-command.ts';

export default class CallbackHeartbeat extends AnswerCommand {
  static override summary =
    'Tell a callback that its answer is still to come: its heartbeat timeout begins again.';
  static override examples = ['<%= config.bin %> callback heartbeat order-7f3a manager-approval'];
  static override args = callbackArgs();
  static override flags = answerFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(CallbackHeartbeat);
    await this.answer(flags, { ...args, answer: { kind: 'heartbeat' } });
  }
}

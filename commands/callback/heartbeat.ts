import { callbackArgs } from '../../src/cli/orders/callback.ts';
import { RespondCommand, respondFlags } from '../../src/cli/orders/respond-command.ts';

export default class CallbackHeartbeat extends RespondCommand {
  static override summary = 'Send a heartbeat for a pending callback.';
  static override description = "Restarts the callback's heartbeat timeout.";
  static override examples = ['<%= config.bin %> callback heartbeat order-7f3a manager-approval'];
  static override args = callbackArgs();
  static override flags = respondFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(CallbackHeartbeat);
    await this.respond(flags, { ...args, response: { kind: 'heartbeat' } });
  }
}

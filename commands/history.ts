import { Flags } from '@oclif/core';
import { BaseCommand, timeoutFlag } from '../src/cli/command/base-command.ts';
import { orderArg } from '../src/cli/command/order-arguments.ts';
import {
  describeHistory,
  historyData,
  showFollowedHistory,
  views,
} from '../src/cli/history/history.ts';
import { findOrder } from '../src/orders/lookup/find.ts';
import { executionOf, historyOf, readRawHistory } from '../src/orders/lookup/history.ts';

export default class History extends BaseCommand {
  static override summary =
    "Show what an order's execution did: when, how often, and why it failed.";
  static override description =
    "Read from the durable execution's history. Payloads are shown with --data, without personal data unless --personal.";
  static override examples = [
    '<%= config.bin %> history latest',
    '<%= config.bin %> history order-7f3a --view steps',
    '<%= config.bin %> history order-7f3a --view events --data',
    '<%= config.bin %> history order-7f3a --follow',
  ];
  static override args = { order: orderArg() };
  static override flags = {
    view: Flags.option({ options: views, default: 'timeline' as const })({
      description: 'a chart over time, every attempt, or every event',
    }),
    follow: Flags.boolean({ char: 'f', description: 'print events as they come until the end' }),
    data: Flags.boolean({ description: 'with what was handed over and returned' }),
    personal: Flags.boolean({
      description: 'do not redact e-mail addresses and phone numbers',
      dependsOn: ['data'],
    }),
    raw: Flags.boolean({
      description: "Lambda's own events as JSON, untouched",
      exclusive: ['follow', 'view', 'reverse'],
    }),
    reverse: Flags.boolean({ description: 'the newest first, in steps and events' }),
    linear: Flags.boolean({ description: 'a chart to scale, with the long waits in it' }),
    width: Flags.integer({ description: 'columns of the chart', min: 20, max: 500 }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(History);
    const target = await this.target(flags);
    await this.withStack(target, async (outputs) => {
      const found = await findOrder(target, outputs, args.order);
      const executionArn = await executionOf(target, outputs, found);
      const execution = { orderId: found.orderId, executionArn };
      if (flags.follow) return showFollowedHistory(target, execution, flags);
      if (flags.raw) {
        const events = await readRawHistory(target, executionArn, { data: flags.data });
        return this.out(`${JSON.stringify(events, null, 2)}\n`);
      }
      const report = await historyOf(target, outputs, execution);
      if (flags.json) return this.document(historyData(report, flags));
      this.out(describeHistory(report, flags, target.timeScale));
    });
  }
}

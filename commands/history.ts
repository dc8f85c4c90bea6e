import { Flags } from '@oclif/core';
import { BaseCommand, timeoutFlag } from '../src/cli/command/base-command.ts';
import { escapeControls } from '../src/cli/command/json-output.ts';
import { orderArg } from '../src/cli/command/order-arguments.ts';
import {
  formatHistory,
  printFollowedHistory,
  toHistoryData,
  views,
} from '../src/cli/history/history.ts';
import { findOrder } from '../src/orders/lookup/find.ts';
import {
  readHistoryReport,
  readRawHistory,
  resolveExecutionArn,
} from '../src/orders/lookup/history.ts';
import {
  findMissingPermissions,
  formatMissingPermission,
} from '../src/workflow/missing-permissions.ts';

export default class History extends BaseCommand {
  static override summary = 'Show the execution history of an order.';
  static override description =
    'Shows when each step ran, how often, and why it failed, from the history of the durable execution. --data includes payloads, in which personal data is redacted unless --personal is given.';
  static override examples = [
    '<%= config.bin %> history latest',
    '<%= config.bin %> history order-7f3a --view steps',
    '<%= config.bin %> history order-7f3a --view events --data',
    '<%= config.bin %> history order-7f3a --follow',
  ];
  static override args = { order: orderArg() };
  static override flags = {
    view: Flags.option({ options: views, default: 'timeline' as const })({
      description: 'chart, attempts, or events',
    }),
    follow: Flags.boolean({ char: 'f', description: 'print new events until the execution ends' }),
    data: Flags.boolean({ description: 'include payloads' }),
    personal: Flags.boolean({
      description: 'do not redact e-mail addresses and phone numbers',
      dependsOn: ['data'],
    }),
    raw: Flags.boolean({
      description: "Lambda's events as unmodified JSON",
      exclusive: ['follow', 'view', 'reverse'],
    }),
    reverse: Flags.boolean({ description: 'newest first (steps and events)' }),
    linear: Flags.boolean({ description: 'chart to scale, without cutting out waits' }),
    width: Flags.integer({
      description: 'width of the chart',
      helpValue: '<columns>',
      min: 20,
      max: 500,
    }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(History);
    const target = await this.target(flags);
    await this.withStack(target, async (stack) => {
      const order = await findOrder(stack, args.order);
      const executionArn = await resolveExecutionArn(stack, order);
      const execution = { orderId: order.orderId, executionArn };
      if (flags.follow) return printFollowedHistory(target, execution, flags);
      if (flags.raw) {
        const events = await readRawHistory(target, executionArn, { data: flags.data });
        return this.out(`${escapeControls(JSON.stringify(events, null, 2))}\n`);
      }
      const report = await readHistoryReport(stack, execution);
      if (flags.json) return this.document(toHistoryData(report, flags));
      this.out(formatHistory(report, flags, target.timeScale));
      for (const missing of findMissingPermissions(report.events)) {
        this.hint(formatMissingPermission(missing));
      }
    });
  }
}

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
import type { Stack } from '../src/environment/stack.ts';
import { findOrder } from '../src/orders/lookup/find.ts';
import {
  type HistoryReport,
  readHistoryReport,
  readRawHistory,
  resolveExecutionArn,
} from '../src/orders/lookup/history.ts';
import { UserError } from '../src/user-error.ts';
import {
  findMissingPermissions,
  formatMissingPermission,
} from '../src/workflow/missing-permissions.ts';

export default class History extends BaseCommand {
  static override summary = 'Show the execution history of an order.';
  static override description =
    'Shows when each step ran, how often, and why it failed, from the history of the durable execution. --data includes payloads, in which personal data is redacted unless --personal is given. --html writes one page to attach to an incident, with the log lines.';
  static override examples = [
    '<%= config.bin %> history latest',
    '<%= config.bin %> history order-7f3a --view steps',
    '<%= config.bin %> history order-7f3a --view events --data',
    '<%= config.bin %> history order-7f3a --follow',
    '<%= config.bin %> history order-7f3a --html > order.html',
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
    }),
    html: Flags.boolean({
      description: 'the order as a page: a file, or stdout if piped',
      exclusive: ['follow', 'view', 'raw', 'reverse', 'linear', 'width', 'data', 'json'],
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
    if (flags.personal && !flags.data && !flags.html) {
      throw new UserError('--personal requires --data or --html.', {
        hint: 'orders history latest --data --personal',
      });
    }
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
      if (flags.html) return this.#writePage(stack, report, flags);
      if (flags.json) return this.document(toHistoryData(report, flags));
      this.out(formatHistory(report, flags, target.timeScale));
      for (const missing of findMissingPermissions(report.events)) {
        this.hint(formatMissingPermission(missing));
      }
    });
  }

  async #writePage(
    stack: Stack,
    report: HistoryReport,
    flags: { readonly personal: boolean },
  ): Promise<void> {
    const { buildOrderPage, writeOrderPage } = await import(
      '../src/cli/history/order-page-file.ts'
    );
    const page = await buildOrderPage(stack, report, flags);
    if (!process.stdout.isTTY) return this.out(page);
    this.out(`${writeOrderPage(report.orderId, page)}\n`);
  }
}

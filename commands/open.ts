import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/command/base-command.ts';
import { addEnvFlag } from '../src/cli/command/hints.ts';
import { openBrowser } from '../src/cli/command/open-browser.ts';
import { readReference } from '../src/cli/command/order-arguments.ts';
import { formatTable } from '../src/cli/terminal/table.ts';
import { mark } from '../src/cli/terminal/terminal.ts';
import type { Stack } from '../src/environment/stack.ts';
import type { Target } from '../src/environment/target.ts';
import {
  buildLinks,
  consoleCommands,
  hasConsole,
  type Link,
  type LinkedOrder,
  pages,
  selectLink,
} from '../src/orders/lookup/links.ts';

export default class Open extends BaseCommand {
  static override summary = 'Open an order or the stack in the AWS console.';
  static override description =
    'Prints the links of the API, the execution, the logs, the table, the dashboard and the stack, and opens one of them on a terminal with a browser: the execution of the order, or the dashboard. The local runtime has no console: the commands that show the same are printed.';
  static override examples = [
    '<%= config.bin %> open latest',
    '<%= config.bin %> open order-7f3a --page logs',
    '<%= config.bin %> open --print',
  ];
  static override args = {
    order: Args.string({ description: 'id, id prefix, latest, @-2 (second newest), or ARN' }),
  };
  static override flags = {
    page: Flags.option({ options: pages })({
      description: 'page to open (default: execution, or dashboard without an order)',
    }),
    print: Flags.boolean({ description: 'only print the links' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Open);
    const reference = args.order === undefined ? undefined : await readReference(args.order);
    const target = await this.target(flags);
    await this.withStack(target, async (stack) => {
      const order = reference === undefined ? undefined : await this.#findOrder(stack, reference);
      const links = buildLinks(stack, order);
      const isConsole = hasConsole(target);
      const page = flags.page ?? (order ? 'execution' : 'dashboard');
      const link = isConsole || flags.page ? selectLink(links, page) : undefined;
      if (flags.json) return this.document(links);
      this.#print(links);
      if (!isConsole) return this.#hintCommands(target, order?.orderId);
      const isInteractive = process.stdout.isTTY && !flags.print && !flags['no-input'];
      if (link && isInteractive) await this.#open(link);
    });
  }

  #print(links: readonly Link[]): void {
    const columns = [
      { title: '', text: ({ page }: Link) => page },
      { title: '', text: ({ url }: Link) => url },
    ];
    this.out(formatTable(links, columns, { header: false, stream: process.stdout }));
  }

  #hintCommands(target: Target, orderId: string | undefined): void {
    this.note(`${target.environment.name} has no console; the same by commands:`);
    for (const command of consoleCommands(orderId)) this.hint(addEnvFlag(target, command));
  }

  async #open({ page, url }: Link): Promise<void> {
    if (await openBrowser(url, process.env)) {
      process.stderr.write(`${mark('done')} opened ${page}\n`);
    } else this.note('no browser could be opened: open a link yourself');
  }

  async #findOrder(stack: Stack, reference: string): Promise<LinkedOrder> {
    const { findOrder } = await import('../src/orders/lookup/find.ts');
    const { resolveExecutionArn } = await import('../src/orders/lookup/history.ts');
    const located = await findOrder(stack, reference);
    const executionArn = await resolveExecutionArn(stack, located);
    return { orderId: located.orderId, executionArn };
  }
}

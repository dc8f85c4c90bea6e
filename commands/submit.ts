import { Args, Flags, type Interfaces } from '@oclif/core';
import { canonicalEvent } from '../functions/contract/order.ts';
import { BaseCommand, confirmFlag, timeoutFlag } from '../src/cli/command/base-command.ts';
import { confirmProtected } from '../src/cli/command/confirm.ts';
import { escapeControls } from '../src/cli/command/json-output.ts';
import { isOrderBatch, readOrderBatch } from '../src/cli/orders/order-batch.ts';
import { checkOrderId, readOrderInput, readOrderText } from '../src/cli/orders/order-input.ts';
import { parseSettings, setFlag } from '../src/cli/orders/set-flag.ts';
import { printSubmitted, watchSubmitted } from '../src/cli/orders/submission.ts';
import { newOrderId, submitOrder } from '../src/orders/actions/submit.ts';
import type { BatchOrder } from '../src/orders/actions/submit-batch.ts';
import { UserError } from '../src/user-error.ts';

type SubmitCommandFlags = Interfaces.InferredFlags<
  typeof BaseCommand.baseFlags & typeof Submit.flags
>;

export default class Submit extends BaseCommand {
  static override summary = 'Submit an order.';
  static override description =
    'The order comes from a file, from stdin, from a sample or from flags. A file may contain several orders: a JSON array, or one order per line.';
  static override examples = [
    '<%= config.bin %> submit --sample low --watch',
    '<%= config.bin %> submit order.json --id web-5512',
    '<%= config.bin %> submit orders.jsonl --wait',
    '<%= config.bin %> submit --customer C-1 --email a@b.com --item BOOK-001:2:45.99',
  ];
  static override args = {
    file: Args.string({ description: 'JSON file with the order or orders, or - for stdin' }),
  };
  static override flags = {
    sample: Flags.string({ description: 'sample order (orders sample list)', helpValue: '<name>' }),
    item: Flags.string({
      description: 'order line (repeatable)',
      helpValue: 'SKU:QTY:PRICE[:NAME]',
      multiple: true,
      multipleNonGreedy: true,
    }),
    customer: Flags.string({ description: 'customer id', helpValue: '<id>' }),
    email: Flags.string({ description: "customer's e-mail address", helpValue: '<address>' }),
    phone: Flags.string({ description: "customer's phone number", helpValue: '<number>' }),
    set: setFlag(),
    id: Flags.string({ description: 'order id (default: random)', helpValue: '<id>' }),
    via: Flags.option({ options: ['invoke', 'api'] as const, default: 'invoke' as const })({
      description: 'Lambda or HTTP API',
    }),
    'dry-run': Flags.boolean({ description: 'check and print the order only' }),
    wait: Flags.boolean({ description: 'wait for the outcome, exit with its code' }),
    watch: Flags.boolean({ char: 'w', description: 'like --wait, and show the running order' }),
    output: Flags.option({ options: ['id'] as const })({
      char: 'o',
      description: 'print only the id',
    }),
    confirm: confirmFlag(),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Submit);
    if (flags.timeout !== undefined && !flags.wait && !flags.watch) {
      throw new UserError('--timeout requires --wait or --watch.', {
        hint: 'orders submit --sample low --wait --timeout 1m',
      });
    }
    const settings = parseSettings(flags.set);
    const { file } = args;
    const text = file === undefined ? undefined : readOrderText(file);
    if (file !== undefined && text !== undefined && isOrderBatch(text)) {
      return this.#submitBatch(readOrderBatch(text, { ...flags, file, settings }), flags);
    }
    const order = readOrderInput({ ...flags, file, text, settings });
    const orderId = flags.id === undefined ? newOrderId() : checkOrderId(flags.id);
    const event = { orderId, order };
    if (flags['dry-run']) {
      const data: unknown = JSON.parse(canonicalEvent(event));
      if (flags.json) return this.document(data);
      return this.out(`${escapeControls(JSON.stringify(data, null, 2))}\n`);
    }
    const target = await this.target(flags);
    await confirmProtected(target, flags);
    if (target.autoDeploys) await this.noteStale(target);
    await this.withStack(target, async (stack) => {
      const mayExist = flags.id !== undefined;
      const submitted = await submitOrder(stack, { event, via: flags.via, mayExist });
      const write = (text: string) => this.out(text);
      const waits = flags.wait || flags.watch;
      if (flags.json && !waits) return this.document(submitted);
      if (!flags.json) printSubmitted(submitted, { write, flags, target });
      if (!waits) return;
      const ui = this.ui(flags, process.stderr);
      const end = await watchSubmitted(stack, submitted, {
        ui,
        flags,
      });
      if (flags.json && !flags.watch) this.document({ ...submitted, end });
    });
  }

  /** Submits the orders of a file. */
  async #submitBatch(orders: readonly BatchOrder[], flags: SubmitCommandFlags): Promise<void> {
    if (flags.id !== undefined || flags.sample !== undefined || flags.item !== undefined) {
      throw new UserError('--id, --sample and --item apply to a single order.', {
        hint: 'write {"orderId": "web-5512", "order": {…}} to set the id of an order in the file',
      });
    }
    if (flags['dry-run']) {
      const events: unknown[] = orders.map(({ event }) => JSON.parse(canonicalEvent(event)));
      if (flags.json) return this.document(events);
      return this.out(events.map((event) => `${escapeControls(JSON.stringify(event))}\n`).join(''));
    }
    const { submitBatch, watchBatch } = await import('../src/cli/orders/submit-batch.ts');
    const target = await this.target(flags);
    await confirmProtected(target, flags);
    if (target.autoDeploys) await this.noteStale(target);
    await this.withStack(target, async (stack) => {
      const write = (text: string) => this.out(text);
      const batch = await submitBatch(stack, orders, { via: flags.via, flags, write });
      process.exitCode = batch.exitCode;
      if (flags.json && !flags.watch && !flags.wait) return this.document(batch.results);
      if (!flags.watch && !flags.wait) return;
      await watchBatch(stack, batch, { ui: this.ui(flags, process.stderr), flags });
      if (flags.json && !flags.watch) this.document(batch.results);
    });
  }
}

import { Args, Flags } from '@oclif/core';
import { canonicalEvent } from '../functions/contract/order.ts';
import { BaseCommand, timeoutFlag } from '../src/cli/command/base-command.ts';
import { checkOrderId, readOrderInput } from '../src/cli/orders/order-input.ts';
import { readSettings, setFlag } from '../src/cli/orders/set-flag.ts';
import { followSubmitted, showSubmitted } from '../src/cli/orders/submission.ts';
import { newOrderId, submitOrder } from '../src/orders/actions/submit.ts';

export default class Submit extends BaseCommand {
  static override summary = 'Submit an order: from a file, stdin, a sample, or flags.';
  static override examples = [
    '<%= config.bin %> submit --sample low --watch',
    '<%= config.bin %> submit order.json --id web-5512',
    '<%= config.bin %> submit --customer CUST-001 --email a@example.com --item BOOK-001:2:45.99',
  ];
  static override args = {
    file: Args.string({ description: 'JSON file with the order; - reads stdin' }),
  };
  static override flags = {
    sample: Flags.string({ description: 'name of a ready-made order' }),
    item: Flags.string({
      description: 'a line of the order; repeat it for more',
      helpValue: 'SKU:QTY:PRICE[:NAME]',
      multiple: true,
      multipleNonGreedy: true,
    }),
    customer: Flags.string({ description: 'customer id' }),
    email: Flags.string({ description: "the customer's e-mail address" }),
    phone: Flags.string({ description: "the customer's phone number" }),
    set: setFlag(),
    id: Flags.string({ description: 'order id; submitting it twice is one order' }),
    via: Flags.option({ options: ['invoke', 'api'] as const, default: 'invoke' as const })({
      description: 'how the order is handed over',
    }),
    'dry-run': Flags.boolean({ description: 'check the order and print it, submit nothing' }),
    wait: Flags.boolean({ description: 'wait for the end and exit with its code' }),
    watch: Flags.boolean({ char: 'w', description: 'show the order on its way, then as --wait' }),
    output: Flags.option({ options: ['id'] as const })({
      char: 'o',
      description: 'print only the id',
    }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Submit);
    const order = readOrderInput({
      ...flags,
      file: args.file,
      settings: readSettings(flags.set),
    });
    const orderId = flags.id === undefined ? newOrderId() : checkOrderId(flags.id);
    const event = { orderId, order };
    if (flags['dry-run']) {
      const data: unknown = JSON.parse(canonicalEvent(event));
      if (flags.json) return this.document(data);
      return this.out(`${JSON.stringify(data, null, 2)}\n`);
    }
    const target = await this.target(flags);
    if (target.deploysItself) await this.noteStale(target);
    await this.withStack(target, async (outputs) => {
      const submitted = await submitOrder(target, outputs, { event, via: flags.via });
      const write = (text: string) => this.out(text);
      const stays = flags.wait || flags.watch;
      if (flags.json && !stays) return this.document(submitted);
      if (!flags.json) showSubmitted(submitted, { write, flags, target });
      if (!stays) return;
      const ui = this.ui(flags, process.stderr);
      const end = await followSubmitted({ target, outputs }, submitted, { ui, flags });
      if (flags.json && !flags.watch) this.document({ ...submitted, end });
    });
  }
}

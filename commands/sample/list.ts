import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { formatSamples, listSamples } from '../../src/cli/orders/samples.ts';

export default class SampleList extends BaseCommand {
  static override summary = 'List the sample orders.';
  static override description =
    'Each sample shows one outcome of the workflow: orders submit --sample <name>.';
  static override examples = [
    '<%= config.bin %> sample list',
    '<%= config.bin %> sample list --json',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(SampleList);
    const samples = listSamples();
    if (flags.json) return this.document(samples);
    const { stdout: stream } = process;
    const header = stream.isTTY === true;
    this.out(
      formatSamples(samples, { header, width: header ? stream.columns : undefined, stream }),
    );
  }
}

import { BaseCommand } from '../src/cli/command/base-command.ts';
import { addEnvFlag } from '../src/cli/command/hints.ts';
import { formatVersions } from '../src/cli/deploy/versions-table.ts';
import { listVersions } from '../src/deploy/versions.ts';

export default class Versions extends BaseCommand {
  static override summary = 'List published versions and their running orders.';
  static override examples = [
    '<%= config.bin %> versions',
    '<%= config.bin %> versions -e prod --json',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(Versions);
    const target = await this.target(flags);
    const versions = await this.withStack(target, (stack) => listVersions(stack));
    if (flags.json) return this.document(versions);
    const { stdout: stream } = process;
    const header = stream.isTTY === true;
    const width = header ? stream.columns : undefined;
    this.out(formatVersions(versions, { header, width, stream, now: Date.now() }));
    if (!versions.some(({ live, share = 0 }) => !live && share > 0)) return;
    this.note('a canary is open; to judge it, or to end it:');
    this.hint(addEnvFlag(target, 'orders deploy --attach'));
    this.hint(addEnvFlag(target, 'orders versions rollback'));
  }
}

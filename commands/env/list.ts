import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { formatEnvironments } from '../../src/cli/deploy/environment-table.ts';
import { listEnvironments } from '../../src/environment/known-environments.ts';
import { projectRoot } from '../../src/environment/project.ts';

export default class EnvList extends BaseCommand {
  static override summary = 'List the environments of this project.';
  static override examples = ['<%= config.bin %> env list', '<%= config.bin %> env list --json'];

  async run(): Promise<void> {
    const { flags } = await this.parse(EnvList);
    const known = listEnvironments(projectRoot(process.cwd()), process.env);
    if (flags.json) return this.document(known);
    const { stdout: stream } = process;
    const header = stream.isTTY === true;
    this.out(
      formatEnvironments(known, { header, width: header ? stream.columns : undefined, stream }),
    );
  }
}

import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { renameEnvironment } from '../../src/environment/known-environments.ts';
import { projectRoot } from '../../src/environment/project.ts';

export default class EnvRename extends BaseCommand {
  static override summary = 'Rename an environment in the configuration.';
  static override description = 'The stack of the environment is not changed.';
  static override examples = ['<%= config.bin %> env rename dev staging'];
  static override args = {
    from: Args.string({ description: 'current name', required: true }),
    to: Args.string({ description: 'new name', required: true }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EnvRename);
    renameEnvironment(projectRoot(process.cwd()), args.from, args.to);
    if (flags.json) return this.document({ name: args.to });
    this.out(`Renamed ${args.from} to ${args.to} in the configuration.\n`);
  }
}

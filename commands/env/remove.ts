import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { removeEnvironment } from '../../src/environment/known-environments.ts';
import { projectRoot } from '../../src/environment/project.ts';

export default class EnvRemove extends BaseCommand {
  static override summary = 'Remove an environment from the configuration.';
  static override description = 'The stack of the environment is not changed.';
  static override examples = ['<%= config.bin %> env remove dev'];
  static override args = {
    name: Args.string({ description: 'name of the environment', required: true }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EnvRemove);
    removeEnvironment(projectRoot(process.cwd()), args.name);
    if (flags.json) return this.document({ name: args.name });
    this.out(`Removed ${args.name} from the configuration; its stack was not changed.\n`);
  }
}

import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { forgetEnvironment } from '../../src/environment/known-environments.ts';
import { projectRoot } from '../../src/environment/project.ts';

export default class EnvRemove extends BaseCommand {
  static override summary = 'Forget an environment; its stack stays where it is.';
  static override examples = ['<%= config.bin %> env remove dev'];
  static override args = {
    name: Args.string({ description: 'name of the environment', required: true }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EnvRemove);
    forgetEnvironment(projectRoot(process.cwd()), args.name);
    if (flags.json) return this.document({ name: args.name });
    this.out(`${args.name} is forgotten; its stack is as it was\n`);
  }
}

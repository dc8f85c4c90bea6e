import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { setDefaultEnvironment } from '../../src/environment/known-environments.ts';
import { projectRoot } from '../../src/environment/project.ts';

export default class EnvUse extends BaseCommand {
  static override summary = 'Set the default environment.';
  static override examples = ['<%= config.bin %> env use dev', '<%= config.bin %> env use local'];
  static override args = {
    name: Args.string({ description: 'name of the environment', required: true }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EnvUse);
    setDefaultEnvironment(projectRoot(process.cwd()), args.name);
    if (flags.json) return this.document({ name: args.name });
    this.out(`${args.name} is now the default environment.\n`);
    if (process.env['ORDERS_ENV'])
      this.note(`ORDERS_ENV=${process.env['ORDERS_ENV']} overrides the default`);
  }
}

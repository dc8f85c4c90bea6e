import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { environmentFlags } from '../../src/cli/deploy/environment-flags.ts';
import { changeEnvironment } from '../../src/environment/known-environments.ts';
import { projectRoot } from '../../src/environment/project.ts';
import { UserError } from '../../src/user-error.ts';

export default class EnvSet extends BaseCommand {
  static override summary = 'Change settings of an environment.';
  static override description =
    'Settings that are not named stay as they are. The stack of the environment is not changed.';
  static override examples = [
    '<%= config.bin %> env set dev --region eu-west-1',
    '<%= config.bin %> env set prod --no-protected',
    '<%= config.bin %> env set prod --replay 1d',
  ];
  static override args = {
    name: Args.string({ description: 'name of the environment', required: true }),
  };
  static override flags = environmentFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EnvSet);
    const { region, stack, profile, endpoint, replay } = flags;
    const { protected: isProtected, 'role-arn': roleArn } = flags;
    const settings = { region, stack, profile, endpoint, roleArn, replay, protected: isProtected };
    if (Object.values(settings).every((value) => value === undefined)) {
      throw new UserError('A setting is required.', {
        hint: `orders env set ${args.name} --region eu-west-1`,
      });
    }
    changeEnvironment(projectRoot(process.cwd()), args.name, settings);
    if (flags.json) return this.document({ name: args.name });
    this.out(`Changed ${args.name} in the configuration; its stack was not changed.\n`);
  }
}

import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { environmentFlags } from '../../src/cli/deploy/environment-flags.ts';
import { createEnvironment } from '../../src/environment/known-environments.ts';
import { projectRoot } from '../../src/environment/project.ts';

export default class EnvAdd extends BaseCommand {
  static override summary = 'Add an environment to the configuration.';
  static override description = 'Deploys nothing. To deploy, run orders deploy -e <name>.';
  static override examples = [
    '<%= config.bin %> env add prod --region eu-west-1 --stack orders-prod --protected',
  ];
  static override args = {
    name: Args.string({ description: 'name of the environment', required: true }),
  };
  static override flags = environmentFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EnvAdd);
    const { region, stack, profile, endpoint, replay } = flags;
    const { protected: isProtected, 'role-arn': roleArn } = flags;
    const settings = { region, stack, profile, endpoint, roleArn, replay, protected: isProtected };
    createEnvironment(projectRoot(process.cwd()), args.name, settings);
    if (flags.json) return this.document({ name: args.name });
    this.out(`Added ${args.name} to the configuration.\n`);
    this.hint(`orders deploy -e ${args.name}`);
  }
}

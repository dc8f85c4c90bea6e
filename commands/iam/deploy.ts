import { Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { readPolicy } from '../../src/cli/deploy/iam-policy.ts';

export default class IamDeploy extends BaseCommand {
  static override summary = 'Print the policy for deploying the stack.';
  static override description = 'Allows deploy, diff, destroy and versions.';
  static override examples = [
    '<%= config.bin %> iam deploy -e prod > policy.json',
    '<%= config.bin %> iam deploy --account 123456789012',
  ];
  static override flags = {
    account: Flags.string({
      description: 'account id (default: from the credentials)',
      helpValue: '<id>',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(IamDeploy);
    const policy = await readPolicy(
      await this.target({ ...flags, printsOnly: true }),
      'deploy',
      flags.account,
    );
    if (flags.json) this.document(policy);
    else this.out(`${JSON.stringify(policy, null, 2)}\n`);
  }
}

import { Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { readPolicy } from '../../src/cli/deploy/iam-policy.ts';

export default class IamOperate extends BaseCommand {
  static override summary = 'Print the policy for reading and changing orders.';
  static override description =
    'Allows everything that reads or changes orders: submit, watch, cancel, review, repair and more.';
  static override examples = [
    '<%= config.bin %> iam operate -e prod > policy.json',
    '<%= config.bin %> iam operate --account 123456789012',
  ];
  static override flags = {
    account: Flags.string({
      description: 'account id (default: from the credentials)',
      helpValue: '<id>',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(IamOperate);
    const policy = await readPolicy(
      await this.target({ ...flags, printsOnly: true }),
      'operate',
      flags.account,
    );
    if (flags.json) this.document(policy);
    else this.out(`${JSON.stringify(policy, null, 2)}\n`);
  }
}

import { Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { policyOf } from '../../src/cli/deploy/iam-policy.ts';

export default class IamOperate extends BaseCommand {
  static override summary =
    'Print the policy of those who submit, watch, cancel, review and correct orders.';
  static override examples = [
    '<%= config.bin %> iam operate -e prod > policy.json',
    '<%= config.bin %> iam operate --account 123456789012',
  ];
  static override flags = {
    account: Flags.string({ description: 'account to name, instead of asking whose it is' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(IamOperate);
    const policy = await policyOf(await this.target(flags), 'operate', flags.account);
    if (flags.json) this.document(policy);
    else this.out(`${JSON.stringify(policy, null, 2)}\n`);
  }
}

import { Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { policyOf } from '../../src/cli/deploy/iam-policy.ts';

export default class IamObserve extends BaseCommand {
  static override summary =
    'Print the policy of those who list orders and their statuses, without what is in them.';
  static override examples = [
    '<%= config.bin %> iam observe -e prod > policy.json',
    '<%= config.bin %> iam observe --account 123456789012',
  ];
  static override flags = {
    account: Flags.string({ description: 'account to name, instead of asking whose it is' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(IamObserve);
    const policy = await policyOf(await this.target(flags), 'observe', flags.account);
    if (flags.json) this.document(policy);
    else this.out(`${JSON.stringify(policy, null, 2)}\n`);
  }
}

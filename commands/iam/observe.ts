import { Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { readPolicy } from '../../src/cli/deploy/iam-policy.ts';

export default class IamObserve extends BaseCommand {
  static override summary = 'Print the policy for watching orders.';
  static override description =
    'Allows list, watch, metrics and doctor. Gives no access to the content of orders.';
  static override examples = [
    '<%= config.bin %> iam observe -e prod > policy.json',
    '<%= config.bin %> iam observe --account 123456789012',
  ];
  static override flags = {
    account: Flags.string({
      description: 'account id (default: from the credentials)',
      helpValue: '<id>',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(IamObserve);
    const policy = await readPolicy(
      await this.target({ ...flags, printsOnly: true }),
      'observe',
      flags.account,
    );
    if (flags.json) this.document(policy);
    else this.out(`${JSON.stringify(policy, null, 2)}\n`);
  }
}

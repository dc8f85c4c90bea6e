import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { formatPolicies, policyFlags, readPolicies } from '../../src/cli/deploy/iam-policy.ts';

export default class IamOperate extends BaseCommand {
  static override summary = 'Print the policy for reading and changing orders.';
  static override description =
    'Allows all commands that read or change orders: submit, watch, cancel, review, repair and more.';
  static override examples = [
    '<%= config.bin %> iam operate -e prod > policy.json',
    'aws iam create-policy --policy-name orders-operate \\\n  --policy-document file://policy.json',
    '<%= config.bin %> iam operate --account 123456789012',
  ];
  static override flags = policyFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(IamOperate);
    const target = await this.target({ ...flags, printsOnly: true });
    const policies = await readPolicies(target, 'operate', flags.account);
    if (flags.json) return this.document(policies);
    this.out(formatPolicies(policies, flags.part));
  }
}

import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { formatPolicies, policyFlags, readPolicies } from '../../src/cli/deploy/iam-policy.ts';

export default class IamObserve extends BaseCommand {
  static override summary = 'Print the policy for watching orders.';
  static override description =
    'Allows list, watch, metrics, review list, versions and doctor. Gives no access to order lines, e-mail addresses, executions or log lines.';
  static override examples = [
    '<%= config.bin %> iam observe -e prod > policy.json',
    'aws iam create-policy --policy-name orders-observe \\\n  --policy-document file://policy.json',
    '<%= config.bin %> iam observe --account 123456789012',
  ];
  static override flags = policyFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(IamObserve);
    const target = await this.target({ ...flags, printsOnly: true });
    const policies = await readPolicies(target, 'observe', flags.account);
    if (flags.json) return this.document(policies);
    this.out(formatPolicies(policies, flags.part));
  }
}

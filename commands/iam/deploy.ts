import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { roleArnFlag } from '../../src/cli/deploy/deploy-flags.ts';
import { formatPolicies, policyFlags, readPolicies } from '../../src/cli/deploy/iam-policy.ts';

export default class IamDeploy extends BaseCommand {
  static override summary = 'Print the policies for deploying the stack.';
  static override description =
    'Allows deploy, diff, destroy, versions and doctor. A managed policy has at most 6,144 characters, so there are several: create and attach each of them (--part). With a service role (--role-arn, or roleArn of the environment), CloudFormation uses its own permissions, and one small policy remains.';
  static override examples = [
    '<%= config.bin %> iam deploy -e prod --part 1 > policy-1.json',
    'aws iam create-policy --policy-name deploy-1 \\\n  --policy-document file://policy-1.json',
    '<%= config.bin %> iam deploy --role-arn arn:aws:iam::123456789012:role/deployer',
    '<%= config.bin %> iam deploy --account 123456789012',
  ];
  static override flags = { ...policyFlags, 'role-arn': roleArnFlag() };

  async run(): Promise<void> {
    const { flags } = await this.parse(IamDeploy);
    const target = await this.target({ ...flags, roleArn: flags['role-arn'], printsOnly: true });
    const policies = await readPolicies(target, 'deploy', flags.account);
    if (flags.json) return this.document(policies);
    this.out(formatPolicies(policies, flags.part));
    if (policies.length === 1 || flags.part !== undefined) return;
    this.note(`${policies.length} policies; print one with --part 1 to --part ${policies.length}`);
  }
}

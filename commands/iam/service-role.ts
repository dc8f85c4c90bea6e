import { Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { formatPolicies, policyFlags, readServiceRole } from '../../src/cli/deploy/iam-policy.ts';

export default class IamServiceRole extends BaseCommand {
  static override summary = 'Print a service role for CloudFormation.';
  static override description =
    'CloudFormation deploys the stack with this role, so that a deployer needs no permissions for its resources: orders deploy --role-arn. Prints the role with its trust policy and its inline policies; --trust and --part print one document.';
  static override examples = [
    '<%= config.bin %> iam service-role -e prod --trust > trust.json',
    '<%= config.bin %> iam service-role -e prod --part 1 > resources.json',
    'aws iam create-role --role-name deployer \\\n  --assume-role-policy-document file://trust.json',
    'aws iam put-role-policy --role-name deployer --policy-name resources \\\n  --policy-document file://resources.json',
  ];
  static override flags = {
    ...policyFlags,
    trust: Flags.boolean({ description: 'print only the trust policy', exclusive: ['part'] }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(IamServiceRole);
    const target = await this.target({ ...flags, printsOnly: true });
    const role = await readServiceRole(target, flags.account);
    if (flags.json) return this.document(role);
    if (flags.part !== undefined) return this.out(formatPolicies(role.policies, flags.part));
    this.out(`${JSON.stringify(flags.trust ? role.trust : role, null, 2)}\n`);
  }
}

import { resolve } from 'node:path';
import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/command/base-command.ts';
import { printPlan } from '../src/cli/deploy/approve-plan.ts';
import { deployFlags } from '../src/cli/deploy/deploy-flags.ts';
import { parseParameters } from '../src/cli/deploy/parameters.ts';
import { targetForTemplate } from '../src/cli/deploy/template-target.ts';
import { deploy } from '../src/deploy/deploy.ts';
import { awaitResult } from '../src/deploy/events.ts';
import { formatRolledBack } from '../src/deploy/live-version.ts';

export default class Diff extends BaseCommand {
  static override summary = 'Show what a deployment would change.';
  static override examples = [
    '<%= config.bin %> diff',
    '<%= config.bin %> diff -e prod --exit-code',
    '<%= config.bin %> diff --param LogLevel=DEBUG --json',
  ];
  static override flags = {
    ...deployFlags,
    'exit-code': Flags.boolean({ description: 'exit 22 if there are differences' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Diff);
    const parameters = parseParameters(flags.parameter ?? []);
    const template = flags.template === undefined ? undefined : resolve(flags.template);
    const own = await this.target({
      ...flags,
      roleArn: flags['role-arn'],
      ...(template ? { stack: undefined } : {}),
    });
    const target = template ? targetForTemplate(own, template, flags.stack) : own;
    if (!template) await this.noteStale(target);
    const events = deploy(target, {
      parameters,
      template,
      bucket: flags.bucket,
      planOnly: true,
      approve: async (proposal) => {
        printPlan(proposal);
        return false;
      },
    });
    const result = await awaitResult(events);
    if (flags.json) this.document(result);
    else if (!result.needed) this.out('No changes.\n');
    for (const alias of result.rolledBack) this.note(`${formatRolledBack(alias)}.`);
    if (result.needed && flags['exit-code']) process.exitCode = 22;
  }
}

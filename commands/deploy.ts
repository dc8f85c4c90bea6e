import { resolve } from 'node:path';
import { Flags } from '@oclif/core';
import { anotherStack } from '../src/cli/another-stack.ts';
import { BaseCommand, timeoutFlag } from '../src/cli/base-command.ts';
import { confirmProtected } from '../src/cli/confirm.ts';
import { showStackWork } from '../src/cli/deployment.ts';
import { hintFor } from '../src/cli/hints.ts';
import { readParameters } from '../src/cli/parameters.ts';
import { deploy } from '../src/deploy/deploy.ts';

export default class Deploy extends BaseCommand {
  static override summary = 'Deploy the stack: package, plan, apply, and show what happens.';
  static override examples = [
    '<%= config.bin %> deploy',
    '<%= config.bin %> deploy --parameter WarehouseWaitSeconds=60 --parameter PickupWaitSeconds=30',
    '<%= config.bin %> deploy -e dev --region eu-west-1 --stack orders-dev',
    '<%= config.bin %> deploy --template ../another/template.yaml --stack another',
  ];
  static override flags = {
    template: Flags.string({
      description: "deploy this SAM template instead of the project's own",
      helpValue: 'FILE',
    }),
    endpoint: Flags.string({ description: 'AWS-compatible endpoint of a new environment' }),
    parameter: Flags.string({
      description: 'value of a template parameter; others keep theirs',
      helpValue: 'NAME=VALUE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    confirm: Flags.string({ description: 'name of the protected environment to change' }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Deploy);
    const parameters = readParameters(flags.parameter ?? []);
    const template = flags.template === undefined ? undefined : resolve(flags.template);
    const target = template
      ? anotherStack(await this.target({ ...flags, stack: undefined }), template, flags.stack)
      : await this.target({ ...flags, create: flags.region !== undefined });
    await confirmProtected(target, flags);
    if (!template) await this.noteStale(target);
    const ui = this.ui(flags, process.stderr);
    if (ui !== 'quiet') process.stderr.write(`→ ${target.label} · ${target.environment.stack}\n`);
    const result = await showStackWork(deploy(target, { parameters, template }), {
      ui,
      timeoutMs: flags.timeout,
      again: hintFor(target, `orders deploy${template ? ` --template ${flags.template}` : ''}`),
      done: ({ changed }) => (changed ? 'Deployed' : 'No changes'),
    });
    if (!result) return;
    if (flags.json) return this.document(result);
    for (const [name, value] of Object.entries(result.outputs)) {
      this.out(`${name.padEnd(28)} ${value}\n`);
    }
    if (!template) this.hint(hintFor(target, 'orders submit --sample low --watch'));
  }
}

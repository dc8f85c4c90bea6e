import { resolve } from 'node:path';
import { Flags } from '@oclif/core';
import { BaseCommand, timeoutFlag } from '../src/cli/command/base-command.ts';
import { confirmProtected } from '../src/cli/command/confirm.ts';
import { hintFor } from '../src/cli/command/hints.ts';
import { approvePlan } from '../src/cli/deploy/approve-plan.ts';
import { deployFlags } from '../src/cli/deploy/deploy-flags.ts';
import { anotherStack } from '../src/cli/deploy/other-template.ts';
import { readParameters } from '../src/cli/deploy/parameters.ts';
import { smoke } from '../src/cli/deploy/smoke.ts';
import { showStackWork } from '../src/cli/deploy/stack-progress.ts';
import { attach } from '../src/deploy/attach.ts';
import { onFailures } from '../src/deploy/change-set.ts';
import { deploy } from '../src/deploy/deploy.ts';

export default class Deploy extends BaseCommand {
  static override summary =
    'Deploy the stack: package, plan, ask, apply, and check that it answers.';
  static override examples = [
    '<%= config.bin %> deploy',
    '<%= config.bin %> deploy --plan',
    '<%= config.bin %> deploy --param WarehouseWaitSeconds=60 --param PickupWaitSeconds=30',
    '<%= config.bin %> deploy -e dev --region eu-west-1 --stack orders-dev --yes --smoke',
    '<%= config.bin %> deploy --template ../another/template.yaml --stack another',
  ];
  static override flags = {
    ...deployFlags,
    plan: Flags.boolean({ description: 'show what would change, and change nothing' }),
    yes: Flags.boolean({
      char: 'y',
      description: 'deploy without asking; not enough for a protected environment',
    }),
    confirm: Flags.string({ description: 'name of the protected environment to change' }),
    'allow-replace': Flags.string({
      description: 'a table, queue, log group, API or function that may be made anew',
      helpValue: 'RESOURCE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'allow-delete': Flags.string({
      description: 'one that may be deleted',
      helpValue: 'RESOURCE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'on-failure': Flags.option({ options: onFailures })({
      description: 'what becomes of what was made when it fails (default: ROLLBACK)',
    }),
    attach: Flags.boolean({
      description: 'look on at a deployment that goes on, and change nothing',
    }),
    smoke: Flags.boolean({ description: 'submit a real order afterwards and wait for its end' }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Deploy);
    const parameters = readParameters(flags.parameter ?? []);
    const template = flags.template === undefined ? undefined : resolve(flags.template);
    const target = template
      ? anotherStack(await this.target({ ...flags, stack: undefined }), template, flags.stack)
      : await this.target({ ...flags, create: flags.region !== undefined });
    if (!flags.plan && !flags.attach) await confirmProtected(target, flags);
    if (!template) await this.noteStale(target);
    const ui = this.ui(flags, process.stderr);
    if (ui !== 'quiet') process.stderr.write(`→ ${target.label} · ${target.environment.stack}\n`);
    const { bucket, 'on-failure': onFailure } = flags;
    const deployment = flags.attach
      ? attach(target)
      : deploy(target, {
          parameters,
          template,
          bucket,
          onFailure,
          planOnly: flags.plan,
          approve: (proposal) => approvePlan(target, proposal, flags),
        });
    const result = await showStackWork(deployment, {
      ui,
      timeoutMs: flags.timeout,
      again: hintFor(
        target,
        template ? `orders deploy --template ${flags.template}` : 'orders deploy --attach',
      ),
      done: ({ changed, needed }) => (changed ? 'Deployed' : needed ? 'Planned' : 'No changes'),
    });
    if (!result) return;
    if (flags.json) this.document(result);
    else {
      for (const [name, value] of Object.entries(result.outputs)) {
        this.out(`${name.padEnd(28)} ${value}\n`);
      }
    }
    if (flags.smoke && !flags.plan) await smoke({ target, outputs: result.outputs }, ui);
    else if (!template && !flags.json) {
      this.hint(hintFor(target, 'orders submit --sample low --watch'));
    }
  }
}

import { resolve } from 'node:path';
import { Flags, type Interfaces } from '@oclif/core';
import { BaseCommand, confirmFlag, timeoutFlag } from '../src/cli/command/base-command.ts';
import { confirmProtected } from '../src/cli/command/confirm.ts';
import { addEnvFlag } from '../src/cli/command/hints.ts';
import { approvePlan } from '../src/cli/deploy/approve-plan.ts';
import { deployFlags } from '../src/cli/deploy/deploy-flags.ts';
import { parseParameters } from '../src/cli/deploy/parameters.ts';
import { runSmokeTest } from '../src/cli/deploy/smoke-test.ts';
import { showStackOperation } from '../src/cli/deploy/stack-progress.ts';
import { targetForTemplate } from '../src/cli/deploy/template-target.ts';
import { attach } from '../src/deploy/attach.ts';
import { onFailures } from '../src/deploy/change-set.ts';
import { deploy } from '../src/deploy/deploy.ts';
import type { DeployResult } from '../src/deploy/events.ts';
import { localName } from '../src/environment/choose-environment.ts';
import { listEnvironments } from '../src/environment/known-environments.ts';
import { rememberEnvironment } from '../src/environment/resolve-target.ts';
import type { Target } from '../src/environment/target.ts';

type DeployFlags = Interfaces.InferredFlags<typeof BaseCommand.baseFlags & typeof Deploy.flags>;

export default class Deploy extends BaseCommand {
  static override summary = 'Deploy the stack after showing a plan.';
  static override description =
    'Packages the functions, applies a CloudFormation change set and checks that the stack responds.';
  static override examples = [
    '<%= config.bin %> deploy',
    '<%= config.bin %> deploy --plan',
    '<%= config.bin %> deploy --param WarehouseWaitSeconds=60 --param PickupWaitSeconds=30',
    '<%= config.bin %> deploy -e dev --region eu-west-1 --stack orders-dev --yes --smoke',
    '<%= config.bin %> deploy --template ../another/template.yaml --stack another',
  ];
  static override flags = {
    ...deployFlags,
    plan: Flags.boolean({ description: 'show the plan without applying it' }),
    yes: Flags.boolean({
      char: 'y',
      description: 'skip the confirmation (protected environments: --confirm)',
    }),
    confirm: confirmFlag(),
    'allow-replace': Flags.string({
      description: 'resource that may be replaced',
      helpValue: '<resource>',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'allow-delete': Flags.string({
      description: 'resource that may be deleted',
      helpValue: '<resource>',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'on-failure': Flags.option({ options: onFailures })({
      description: 'action after a failed deployment (default: ROLLBACK)',
    }),
    attach: Flags.boolean({
      description: 'show progress of a deployment already running',
    }),
    smoke: Flags.boolean({ description: 'submit a sample order afterwards and watch it' }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Deploy);
    const parameters = parseParameters(flags.parameter ?? []);
    const template = flags.template === undefined ? undefined : resolve(flags.template);
    const target = await this.#findTarget(flags, template);
    if (!flags.plan && !flags.attach) await confirmProtected(target, flags);
    if (!template) await this.noteStale(target);
    const ui = this.ui(flags, process.stderr);
    if (ui !== 'quiet') process.stderr.write(`→ ${target.label} · ${target.environment.stack}\n`);
    const deployment = flags.attach
      ? attach(target)
      : deploy(target, {
          parameters,
          template,
          bucket: flags.bucket,
          onFailure: flags['on-failure'],
          planOnly: flags.plan,
          approve: (proposal) => approvePlan(target, proposal, flags),
        });
    const again = template
      ? `orders deploy --template ${flags.template}`
      : 'orders deploy --attach';
    const result = await showStackOperation(deployment, {
      ui,
      timeoutMs: flags.timeout,
      again: addEnvFlag(target, again),
      done: ({ changed, needed }) => (changed ? 'Deployed' : needed ? 'Planned' : 'No changes'),
    });
    if (!result) return;
    const isDeployed = !flags.plan && !template;
    const deployed = isDeployed ? rememberEnvironment(target) : target;
    if (isDeployed) this.#noteOverriddenSettings(deployed, flags);
    this.#print(result, flags);
    if (flags.smoke && !flags.plan) {
      await runSmokeTest({ target: deployed, outputs: result.outputs }, ui);
    } else if (isDeployed && !flags.json) {
      this.hint(addEnvFlag(deployed, 'orders submit --sample low --watch'));
    }
  }

  /** Returns the target of the deployment. A foreign template gets a stack of its own; `--region` creates an environment. */
  async #findTarget(flags: DeployFlags, template: string | undefined): Promise<Target> {
    if (!template) return this.target({ ...flags, create: flags.region !== undefined });
    return targetForTemplate(
      await this.target({ ...flags, stack: undefined }),
      template,
      flags.stack,
    );
  }

  /** Prints a note if the stack was deployed with settings other than those of the configuration, which stays unchanged. */
  #noteOverriddenSettings({ environment, root }: Target, flags: DeployFlags): void {
    const { name } = environment;
    const stored = listEnvironments(root, {}).find((known) => known.name === name);
    const keys = (['region', 'stack', 'profile', 'endpoint'] as const).filter(
      (key) => flags[key] !== undefined && stored?.[key] !== flags[key],
    );
    if (name === localName || keys.length === 0 || flags.json) return;
    this.note(`the configuration of ${name} is unchanged; to keep the new values:`);
    this.hint(`orders env set ${name} ${keys.map((key) => `--${key} ${flags[key]}`).join(' ')}`);
  }

  /** Prints the result as a JSON document, or the stack's outputs as lines. */
  #print(result: DeployResult, { json }: DeployFlags): void {
    if (json) this.document(result);
    else
      for (const [name, value] of Object.entries(result.outputs)) {
        this.out(`${name.padEnd(28)} ${value}\n`);
      }
  }
}

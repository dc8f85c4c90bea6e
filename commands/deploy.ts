import { resolve } from 'node:path';
import { Flags, type Interfaces } from '@oclif/core';
import { BaseCommand, confirmFlag, timeoutFlag } from '../src/cli/command/base-command.ts';
import { confirmProtected } from '../src/cli/command/confirm.ts';
import { addEnvFlag } from '../src/cli/command/hints.ts';
import { approvePlan } from '../src/cli/deploy/approve-plan.ts';
import { canaryFlags, parseCanary } from '../src/cli/deploy/canary-flags.ts';
import { deployFlags } from '../src/cli/deploy/deploy-flags.ts';
import { judgeCanary, printRecord } from '../src/cli/deploy/judge-canary.ts';
import { parseParameters } from '../src/cli/deploy/parameters.ts';
import { formatDeployResult } from '../src/cli/deploy/result-text.ts';
import { runSmokeTest } from '../src/cli/deploy/smoke-test.ts';
import { type StackProgressOptions, showStackOperation } from '../src/cli/deploy/stack-progress.ts';
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
    '<%= config.bin %> deploy --canary 10% --bake 30m --canary-alarm ApiErrorsAlarm',
    '<%= config.bin %> deploy --template ../another/template.yaml --stack another',
  ];
  static override flags = {
    ...deployFlags,
    ...canaryFlags,
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
      description: 'watch a running deployment, or judge an open canary',
    }),
    smoke: Flags.boolean({ description: 'submit a sample order afterwards and watch it' }),
    outputs: Flags.boolean({ description: 'print all outputs of the stack' }),
    replay: Flags.string({
      description: 'replay orders of this period first, such as 1d',
      helpValue: '<time|duration>',
      exclusive: ['template', 'attach'],
    }),
    'no-replay': Flags.boolean({
      description: "skip the replay of the environment's setting",
      exclusive: ['replay', 'accept-divergence'],
    }),
    'accept-divergence': Flags.boolean({
      description: 'deploy even if a replay differs',
      exclusive: ['template', 'attach'],
    }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Deploy);
    const parameters = parseParameters(flags.parameter ?? []);
    const canary = parseCanary(flags);
    const template = flags.template === undefined ? undefined : resolve(flags.template);
    const target = await this.#findTarget(flags, template);
    if (!flags.plan && !flags.attach) await confirmProtected(target, flags);
    if (!template) await this.noteStale(target);
    const ui = this.ui(flags, process.stderr);
    if (ui !== 'quiet') process.stderr.write(`→ ${target.label} · ${target.environment.stack}\n`);
    await this.#replay(target, flags);
    const deployment = flags.attach
      ? attach(target)
      : deploy(target, {
          parameters,
          template,
          bucket: flags.bucket,
          onFailure: flags['on-failure'],
          planOnly: flags.plan,
          canary,
          approve: (proposal) => approvePlan(target, proposal, flags),
        });
    const result = await showStackOperation(deployment, this.#progressOptions(target, flags));
    if (!result) return;
    const isDeployed = !flags.plan && !template;
    const deployed = isDeployed ? rememberEnvironment(target) : target;
    if (isDeployed) this.#noteOverriddenSettings(deployed, flags);
    if (isDeployed && (await this.#judgeCanary(deployed, result, flags))) return;
    this.#print(result, flags);
    if (flags.smoke && !flags.plan) {
      await runSmokeTest({ target: deployed, outputs: result.outputs }, ui);
    } else if (isDeployed && !flags.json) {
      this.hint(addEnvFlag(deployed, 'orders submit --sample low --watch'));
    }
  }

  #progressOptions(target: Target, flags: DeployFlags): StackProgressOptions<DeployResult> {
    const { template, json, plan, timeout } = flags;
    const isStream = flags.canary !== undefined && json && !plan;
    const again = template ? `orders deploy --template ${template}` : 'orders deploy --attach';
    return {
      ui: this.ui(flags, process.stderr),
      timeoutMs: timeout,
      again: addEnvFlag(target, again),
      done: ({ changed, needed }) => (changed ? 'Deployed' : needed ? 'Planned' : 'No changes'),
      ...(isStream ? { onEvent: printRecord } : {}),
    };
  }

  /** Judges the canary that was started or is continued, and prints its result. Returns false if there is none. */
  async #judgeCanary(target: Target, result: DeployResult, flags: DeployFlags): Promise<boolean> {
    if (flags.canary === undefined && !flags.attach) return false;
    const ui = this.ui(flags, process.stderr);
    const { json, timeout } = flags;
    // The start of a canary has been confirmed.
    const confirm = flags.attach ? { confirm: () => confirmProtected(target, flags) } : {};
    const options = { ui, json, timeout, ...confirm };
    return judgeCanary({ target, outputs: result.outputs }, result, options);
  }

  /** Replays recorded orders with the new code. Throws UserError if it differs from one of them. */
  async #replay(target: Target, flags: DeployFlags): Promise<void> {
    const { findReplayPeriod, replayBeforeDeploy } = await import(
      '../src/cli/replay/replay-gate.ts'
    );
    const since = findReplayPeriod(target, flags);
    if (since === undefined) return;
    const accepts = flags['accept-divergence'];
    await replayBeforeDeploy(target, { since, accepts, ui: this.ui(flags, process.stderr) });
  }

  /** Returns the target of the deployment. A foreign template gets a stack of its own; `--region` creates an environment. */
  async #findTarget(flags: DeployFlags, template: string | undefined): Promise<Target> {
    // --replay applies to this deployment only.
    const options = { ...flags, roleArn: flags['role-arn'], replay: undefined };
    if (!template) return this.target({ ...options, create: flags.region !== undefined });
    return targetForTemplate(
      await this.target({ ...options, stack: undefined }),
      template,
      flags.stack,
    );
  }

  /** Prints a note if the stack was deployed with settings other than those of the configuration, which stays unchanged. */
  #noteOverriddenSettings({ environment, root }: Target, flags: DeployFlags): void {
    const { name } = environment;
    const stored = listEnvironments(root, {}).find((known) => known.name === name);
    const given = { ...flags, roleArn: flags['role-arn'] };
    const keys = (['region', 'stack', 'profile', 'endpoint', 'roleArn'] as const).filter(
      (key) => given[key] !== undefined && stored?.[key] !== given[key],
    );
    if (name === localName || keys.length === 0 || flags.json) return;
    this.note(`the configuration of ${name} is unchanged; to keep the new values:`);
    const settings = keys.map((key) => `--${key === 'roleArn' ? 'role-arn' : key} ${given[key]}`);
    this.hint(`orders env set ${name} ${settings.join(' ')}`);
  }

  /** Prints the result as a JSON document or as lines. */
  #print(result: DeployResult, { json, outputs }: DeployFlags): void {
    if (json) this.document(result);
    else this.out(formatDeployResult(result, { all: outputs, stream: process.stdout }));
  }
}

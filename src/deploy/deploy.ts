import { join } from 'node:path';
import type { Parameter, Stack as StackDescription } from '@aws-sdk/client-cloudformation';
import { outputs as names } from '../../functions/contract/api.ts';
import { deployableRoot } from '../environment/project.ts';
import type { Stack, StackOutputs } from '../environment/stack.ts';
import {
  cacheOutputs,
  clearCachedOutputs,
  describeStack,
  parseOutputs,
} from '../environment/stack-outputs.ts';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import { applyPlan } from './apply-plan.ts';
import { readCaller } from './artifacts.ts';
import { rejectOpenCanary, rejectReleaseParameters } from './canary/release.ts';
import { type CanaryStart, rethrowWithCanary } from './canary/start.ts';
import { discardPlan, type OnFailure, type Plan, type PlanSource } from './change-set.ts';
import { checkDeployment, findApiAuth } from './check.ts';
import { checkListingShards } from './check-listing-shards.ts';
import { checkParameters, checkRequired, listParameters } from './check-parameters.ts';
import { checkPatience } from './check-patience.ts';
import { requestDeletion } from './destroy.ts';
import { type DeployEvent, type DeployResult, stageEvent } from './events.ts';
import { findRolledBack, formatRolledBack } from './live-version.ts';
import { planRelease } from './plan-release.ts';
import {
  checkStackName,
  listKeptParameters,
  prepareStack,
  type StackReadiness,
} from './prepare-stack.ts';
import { listRunningExecutions } from './running-executions.ts';
import { addPlace, explainRejection } from './template-errors.ts';
import { readTemplate, type TemplateFile } from './template-file.ts';
import { packageAndUpload, toTemplateSource } from './upload-package.ts';
import { listHiddenValues, listParameterChanges } from './value-changes.ts';
import { type DurableFunction, listDurableFunctions } from './versions.ts';

/** Values of template parameters. An omitted parameter keeps the stack's value, or else gets the template's default. */
export type Parameters = Readonly<Record<string, string>>;

export interface DeployOptions {
  readonly parameters?: Parameters;
  readonly onFailure?: OnFailure | undefined;
  /** Bucket for the archives. Default: a bucket that is created for the stack. */
  readonly bucket?: string | undefined;
  /** Whether only the plan is wanted. A stack whose first deployment failed is then not deleted. */
  readonly planOnly?: boolean;
  /** Returns whether to apply the plan, or throws. Without it, every plan is applied. */
  readonly approve?: (plan: Proposal) => Promise<boolean>;
  /** Gives new orders the new version only in part, so that it can be judged. */
  readonly canary?: CanaryStart | undefined;
  /** Path of a foreign template, instead of the project's template.yaml. Nothing about its stack is cached. */
  readonly template?: string | undefined;
}

/** A plan that waits for approval. */
export interface Proposal {
  readonly kind: PlanSource['kind'];
  readonly changes: Plan['changes'];
  /** Parameters whose values change. */
  readonly parameters: DeployResult['parameters'];
  /** Number of running orders at the start of the deployment. */
  readonly running: number;
  /** Share of new orders that run the new version (0 to 1); absent if all of them do. */
  readonly share?: number | undefined;
}

/**
 * Deploys the project's stack or another template. Yields progress. Throws UserError with the root cause if it fails. Invalid
 * templates and parameters are reported before anything is packaged or created.
 */
export async function* deploy(
  target: Target,
  options: DeployOptions = {},
): AsyncGenerator<DeployEvent, DeployResult> {
  const started = performance.now();
  const { stack } = target.environment;
  const { template: foreignTemplate, planOnly = false } = options;
  if (foreignTemplate === undefined) checkStackName(stack);
  const template = readTemplate(
    foreignTemplate ?? join(deployableRoot(target.root), 'template.yaml'),
  );
  const parameters = { ...environmentParameters(target, template), ...options.parameters };
  checkParameters(template, parameters);
  if (foreignTemplate === undefined) rejectReleaseParameters(parameters);
  const { account, arn } = await readCaller(target);
  const { existing, running, summary } = await readStackState(target, arn || account);
  if (foreignTemplate === undefined) {
    if (!planOnly) rejectOpenCanary(existing);
    checkListingShards(existing, parameters);
  }
  const kept = listKeptParameters(existing);
  checkRequired(template, [...listNames(kept), ...Object.keys(parameters)]);
  checkPatience(template, { ...valuesOf(kept), ...parameters });
  yield stageEvent('preflight', summary);
  const packaged = yield* packageAndUpload(target, template, { account, bucket: options.bucket });
  const readiness = yield* prepareStack(target, { existing, planOnly });
  const source = {
    ...readiness,
    template: await toTemplateSource(target, packaged.archive, packaged.template),
    parameters,
    previous: listNames(kept).filter((name) => Object.hasOwn(listParameters(template), name)),
    capabilities: packaged.capabilities,
    hidden: listHiddenValues(template, parameters),
    onFailure: options.onFailure,
  };
  const planned = await planRelease(target, source, {
    existing,
    template,
    canary: options.canary,
  }).catch((error: unknown) => {
    throw explainRejection(template, error);
  });
  const { changes, needed } = planned;
  const changedParameters = listParameterChanges(template, kept, parameters);
  yield stageEvent('plan', needed ? `${changes.length} changes` : 'no changes');
  const share = options.canary?.weight;
  const proposal = { kind: readiness.kind, changes, parameters: changedParameters, running, share };
  const changed =
    needed && (await requestApproval(target, planned, { proposal, readiness, options }));
  if (changed) yield* applyTemplate(target, planned, { kind: readiness.kind, template });
  const result = { stack, changed, needed, changes, parameters: changedParameters };
  const state = yield* checkResult(target, { changed, foreignTemplate }, options.canary);
  return { ...result, ...state, durationMs: Math.round(performance.now() - started) };
}

/** Reads the state of the stack after a deployment, and checks it if the deployment changed it. */
async function* checkResult(
  target: Target,
  { changed, foreignTemplate }: { changed: boolean; foreignTemplate: string | undefined },
  canary: CanaryStart | undefined,
): AsyncGenerator<DeployEvent, Pick<DeployResult, 'outputs' | 'live' | 'rolledBack'>> {
  if (foreignTemplate === undefined) clearCachedOutputs(target);
  const description = await describeStack(target);
  const outputs = description ? cacheOwnOutputs(target, description, foreignTemplate) : {};
  const functions = foreignTemplate === undefined ? await listFunctions({ target, outputs }) : [];
  const rolledBack = findRolledBack(functions);
  if (changed && foreignTemplate === undefined) {
    const auth = description && findApiAuth(description);
    const check = checkDeployment({ target, outputs }, { auth, functions });
    yield stageEvent('check', await (canary ? check.catch(rethrowWithCanary) : check));
  } else if (rolledBack.length > 0) {
    yield stageEvent('check', rolledBack.map(formatRolledBack).join(', '));
  }
  const live = functions.flatMap(({ functionName, live: version }) =>
    version === undefined ? [] : [{ functionName, version }],
  );
  return { outputs, live, rolledBack };
}

const valuesOf = (parameters: readonly Parameter[]) =>
  Object.fromEntries(
    parameters.map(({ ParameterKey = '', ParameterValue }) => [ParameterKey, ParameterValue]),
  );

const listNames = (parameters: readonly Parameter[]) =>
  parameters.flatMap(({ ParameterKey }) => ParameterKey ?? []);

/** Returns the durable functions of the project's stack; none if it is not this project's. */
async function listFunctions(stack: Stack): Promise<readonly DurableFunction[]> {
  return stack.outputs[names.workflowAliasArn] ? listDurableFunctions(stack) : [];
}

/** Returns whether the plan is approved. Discards a rejected plan, with the empty stack that it created. */
async function requestApproval(
  target: Target,
  { changeSetId, stackId }: Plan,
  request: { proposal: Proposal; readiness: StackReadiness; options: DeployOptions },
): Promise<boolean> {
  let approved = false;
  try {
    approved = (await request.options.approve?.(request.proposal)) ?? true;
    return approved;
  } finally {
    if (!approved) {
      await discardPlan(target, changeSetId);
      if (request.readiness.isNew) await requestDeletion(target, stackId);
    }
  }
}

/**
 * Returns the existing stack, its number of running orders, and a summary: `user/ann · eu-west-1 · orders is
 * UPDATE_COMPLETE · 3 running orders`.
 */
async function readStackState(target: Target, caller: string) {
  const { region, stack } = target.environment;
  const existing = await describeStack(target);
  const state = existing?.StackStatus ? `${stack} is ${existing.StackStatus}` : `${stack} is new`;
  const running = existing
    ? (await listRunningExecutions({ target, outputs: parseOutputs(existing) })).length
    : 0;
  const orders = `${running} running ${running === 1 ? 'order' : 'orders'}`;
  const summary = [caller, region, state, ...(running > 0 ? [orders] : [])].join(' · ');
  return { existing, running, summary };
}

/** Returns the environment's values for the parameters that the template declares. */
function environmentParameters({ environment }: Target, template: TemplateFile): Parameters {
  const declared = listParameters(template);
  const configured = Object.entries(environment.parameters ?? {});
  return Object.fromEntries(configured.filter(([name]) => Object.hasOwn(declared, name)));
}

function cacheOwnOutputs(
  target: Target,
  stack: StackDescription,
  foreignTemplate: string | undefined,
): StackOutputs {
  return foreignTemplate === undefined ? cacheOutputs(target, stack) : parseOutputs(stack);
}

async function* applyTemplate(
  target: Target,
  planned: Plan,
  { kind, template }: { kind: PlanSource['kind']; template: TemplateFile },
): AsyncGenerator<DeployEvent> {
  try {
    yield* applyPlan(target, planned, kind);
  } catch (error) {
    throw error instanceof UserError ? addPlace(template, error) : error;
  }
}

import { join } from 'node:path';
import type { Stack as StackDescription } from '@aws-sdk/client-cloudformation';
import { outputs as names } from '../../functions/contract/api.ts';
import type { Stack, StackOutputs } from '../environment/stack.ts';
import {
  cacheOutputs,
  clearCachedOutputs,
  describeStack,
  parseOutputs,
} from '../environment/stack-outputs.ts';
import type { Target } from '../environment/target.ts';
import { findArtifactsBucket, readCaller, storeObject } from './artifacts.ts';
import type { ArtifactsBucket } from './bucket.ts';
import {
  createPlan,
  discardPlan,
  type OnFailure,
  type Plan,
  type PlanSource,
} from './change-set.ts';
import { checkDeployment, findApiAuth } from './check.ts';
import { requestDeletion } from './destroy.ts';
import { type DeployEvent, type DeployResult, stageEvent } from './events.ts';
import { findRolledBack, formatRolledBack } from './live-version.ts';
import { type Package, packageStack } from './package.ts';
import { checkStackName, prepareStack, type StackReadiness } from './prepare-stack.ts';
import { listRunningExecutions } from './running-executions.ts';
import {
  deployedStatuses,
  deployFailure,
  readNewestEventId,
  watchStackEvents,
} from './stack-events.ts';
import { type DurableFunction, listDurableFunctions } from './versions.ts';

/** CloudFormation's limit for a template in the request body (bytes). A longer one must be in S3. */
const maxInlineTemplateBytes = 51_200;
const templateRoot = 'templates';

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
  /** Path of a foreign template, instead of the project's template.yaml. Nothing about its stack is cached. */
  readonly template?: string | undefined;
}

/** A plan that waits for approval. */
export interface Proposal {
  readonly kind: PlanSource['kind'];
  readonly changes: Plan['changes'];
  /** Number of running orders at the start of the deployment. */
  readonly running: number;
}

/** Deploys the project's stack or another template. Yields progress. Throws UserError with the root cause if it fails. */
export async function* deploy(
  target: Target,
  {
    parameters = {},
    template: foreignTemplate,
    onFailure,
    approve,
    planOnly = false,
    bucket: ownBucket,
  }: DeployOptions = {},
): AsyncGenerator<DeployEvent, DeployResult> {
  const started = performance.now();
  const { stack } = target.environment;
  if (foreignTemplate === undefined) checkStackName(stack);
  const { account, arn } = await readCaller(target);
  const { existing, running, summary } = await readStackState(target, arn || account);
  yield stageEvent('preflight', summary);
  const stackBucket = await findArtifactsBucket(target, account);
  const archive = { ...stackBucket, bucket: ownBucket ?? stackBucket.bucket };
  const file = foreignTemplate ?? join(target.root, 'template.yaml');
  const packaged = await packageStack(file, archive.bucket);
  yield stageEvent('package', formatPackageSize(packaged));
  await uploadArtifacts(target, { ...archive, isOwn: ownBucket === undefined }, packaged);
  yield stageEvent('upload', `s3://${archive.bucket}`);
  const readiness = yield* prepareStack(target, { existing, planOnly });
  const template = await toTemplateSource(target, archive, packaged.template);
  const values = { ...environmentParameters(target, packaged), ...parameters };
  const planned = await createPlan(target, {
    ...readiness,
    template,
    parameters: values,
    capabilities: packaged.capabilities,
    onFailure,
  });
  const { changes, needed } = planned;
  yield stageEvent('plan', needed ? `${changes.length} changes` : 'no changes');
  const changed =
    needed && (await requestApproval(target, planned, { ...readiness, running, approve }));
  if (changed) yield* applyPlan(target, planned, readiness.kind);
  if (foreignTemplate === undefined) clearCachedOutputs(target);
  const description = await describeStack(target);
  const outputs = description ? cacheOwnOutputs(target, description, foreignTemplate) : {};
  const functions = foreignTemplate === undefined ? await listFunctions({ target, outputs }) : [];
  const rolledBack = findRolledBack(functions);
  if (changed && foreignTemplate === undefined) {
    const auth = description && findApiAuth(description);
    yield stageEvent('check', await checkDeployment({ target, outputs }, { auth, functions }));
  } else if (rolledBack.length > 0) {
    yield stageEvent('check', rolledBack.map(formatRolledBack).join(', '));
  }
  const durationMs = Math.round(performance.now() - started);
  return { stack, changed, needed, changes, outputs, rolledBack, durationMs };
}

/** Returns the durable functions of the project's stack; none if it is not this project's. */
async function listFunctions(stack: Stack): Promise<readonly DurableFunction[]> {
  return stack.outputs[names.workflowAliasArn] ? listDurableFunctions(stack) : [];
}

/** Returns whether the plan is approved. Discards a rejected plan, with the empty stack that it created. */
async function requestApproval(
  target: Target,
  { changeSetId, stackId, changes }: Plan,
  {
    kind,
    isNew,
    running,
    approve,
  }: StackReadiness & Pick<Proposal, 'running'> & { approve: DeployOptions['approve'] | undefined },
): Promise<boolean> {
  let approved = false;
  try {
    approved = (await approve?.({ kind, changes, running })) ?? true;
    return approved;
  } finally {
    if (!approved) {
      await discardPlan(target, changeSetId);
      if (isNew) await requestDeletion(target, stackId);
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
function environmentParameters({ environment }: Target, { parameters }: Package): Parameters {
  const configured = Object.entries(environment.parameters ?? {});
  return Object.fromEntries(configured.filter(([name]) => parameters.includes(name)));
}

function cacheOwnOutputs(
  target: Target,
  stack: StackDescription,
  foreignTemplate: string | undefined,
): StackOutputs {
  return foreignTemplate === undefined ? cacheOutputs(target, stack) : parseOutputs(stack);
}

function formatPackageSize({ artifacts }: Package): string {
  const total = artifacts.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return `${artifacts.length} functions, ${Math.round(total / 1000)} kB`;
}

async function uploadArtifacts(
  target: Target,
  { account, bucket, isOwn }: ArtifactsBucket & { readonly isOwn: boolean },
  { artifacts }: Package,
): Promise<void> {
  let configures = isOwn;
  // One after the other: the first upload may have to create the bucket.
  for (const { key, bytes } of artifacts) {
    const object = { bucket, key, bytes, once: true, configures };
    if (await storeObject(target, account, object)) configures = false;
  }
}

async function toTemplateSource(
  target: Target,
  { account, bucket }: ArtifactsBucket,
  body: string,
): Promise<PlanSource['template']> {
  const bytes = Buffer.from(body);
  if (bytes.length <= maxInlineTemplateBytes) return { body };
  const key = `${templateRoot}/${target.environment.stack}.yaml`;
  await storeObject(target, account, { bucket, key, bytes });
  return { url: `https://${bucket}.s3.${target.environment.region}.amazonaws.com/${key}` };
}

async function* applyPlan(
  target: Target,
  planned: Plan,
  kind: PlanSource['kind'],
): AsyncGenerator<DeployEvent> {
  const { ExecuteChangeSetCommand } = await import('../aws/sdk/cloudformation.ts');
  const client = await target.clients.cloudFormation();
  const since = await readNewestEventId(target, planned.stackId);
  await client.send(new ExecuteChangeSetCommand({ ChangeSetName: planned.changeSetId }));
  yield stageEvent('apply', kind === 'CREATE' ? 'creating the stack' : 'updating the stack');
  const outcome = yield* watchStackEvents(target, planned.stackId, since);
  if (!deployedStatuses.includes(outcome.status)) throw deployFailure(outcome);
}

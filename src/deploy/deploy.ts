import { join } from 'node:path';
import type { Stack } from '@aws-sdk/client-cloudformation';
import {
  describeStack,
  forgetOutputs,
  outputsOf,
  rememberOutputs,
  type StackOutputs,
} from '../environment/stack-outputs.ts';
import type { Target } from '../environment/target.ts';
import { bucketOf, callerOf, store } from './artifacts.ts';
import type { ArtifactsBucket } from './bucket.ts';
import { dropPlan, type OnFailure, type Plan, type PlanSource, plan } from './change-set.ts';
import { checkDeployment } from './check.ts';
import { requestDeletion } from './destroy.ts';
import { type DeployEvent, type DeployResult, stageEvent } from './events.ts';
import { type Package, packageStack } from './package.ts';
import { makeReady, type Ready } from './ready.ts';
import { findRunning } from './running.ts';
import { deployed, deployFailure, followStack, newestEvent } from './stack-events.ts';

/** CloudFormation takes a longer template only from S3. */
const longestBody = 51_200;
const templateRoot = 'templates';

/** Values of template parameters. Those not given keep the value that the stack has, else the template's default. */
export type Parameters = Readonly<Record<string, string>>;

export interface DeployOptions {
  readonly parameters?: Parameters;
  readonly onFailure?: OnFailure | undefined;
  /** A bucket of one's own for archives, in place of the one that is made for the stack. */
  readonly bucket?: string | undefined;
  /** Whether it is known that the plan will not be carried out: then nothing is cleared away for it. */
  readonly planOnly?: boolean;
  /** Looks at the plan before it is carried out: answers whether it is to be, or throws. Without it, it is. */
  readonly approve?: (plan: Proposal) => Promise<boolean>;
  /** The file of a template that is not the project's own; nothing of its stack is remembered. */
  readonly template?: string | undefined;
}

/** What a deployment would do. */
export interface Proposal {
  readonly kind: PlanSource['kind'];
  readonly changes: Plan['changes'];
  /** Orders that were on their way when the deployment began. */
  readonly running: number;
}

/** Deploys a stack to a target: the project's own, or another. Throws a UserError with the root cause when that fails. */
export async function* deploy(
  target: Target,
  {
    parameters = {},
    template: foreign,
    onFailure,
    approve,
    planOnly = false,
    ...given
  }: DeployOptions = {},
): AsyncGenerator<DeployEvent, DeployResult> {
  const started = performance.now();
  const { stack } = target.environment;
  const { account, arn } = await callerOf(target);
  const { existing, running, summary } = await situation(target, arn || account);
  yield stageEvent('preflight', summary);
  const own = await bucketOf(target, account);
  const place = { ...own, bucket: given.bucket ?? own.bucket };
  const file = foreign ?? join(target.root, 'template.yaml');
  const packaged = await packageStack(file, place.bucket);
  yield stageEvent('package', sizes(packaged));
  await upload(target, place, packaged);
  yield stageEvent('upload', `s3://${place.bucket}`);
  const ready = yield* makeReady(target, { existing, planOnly });
  const template = await templateSource(target, place, packaged.template);
  const values = { ...usual(target, packaged), ...parameters };
  const planned = await plan(target, { ...ready, template, parameters: values, onFailure });
  const { changes, needed } = planned;
  yield stageEvent('plan', needed ? `${changes.length} changes` : 'no changes');
  const changed = needed && (await isApproved(target, planned, { ...ready, running, approve }));
  if (changed) yield* apply(target, planned, ready.kind);
  if (foreign === undefined) forgetOutputs(target);
  const description = await describeStack(target);
  const outputs = description ? outputsSeen(target, description, foreign) : {};
  if (changed && foreign === undefined)
    yield stageEvent('check', await checkDeployment(target, outputs));
  const durationMs = Math.round(performance.now() - started);
  return { stack, changed, needed, changes, outputs, durationMs };
}

/** Whether the plan is to be carried out; one that is not is taken back, with the empty stack that it made. */
async function isApproved(
  target: Target,
  { changeSetId, stackId, changes }: Plan,
  {
    kind,
    isNew,
    running,
    approve,
  }: Ready & Pick<Proposal, 'running'> & { approve: DeployOptions['approve'] | undefined },
): Promise<boolean> {
  let approved = false;
  try {
    approved = (await approve?.({ kind, changes, running })) ?? true;
    return approved;
  } finally {
    if (!approved) {
      await dropPlan(target, changeSetId);
      if (isNew) await requestDeletion(target, stackId);
    }
  }
}

/** What is there, and in words who deploys where: `user/ann · eu-west-1 · orders is UPDATE_COMPLETE · 3 orders on the way`. */
async function situation(target: Target, caller: string) {
  const { region, stack } = target.environment;
  const existing = await describeStack(target);
  const state = existing?.StackStatus ? `${stack} is ${existing.StackStatus}` : `${stack} is new`;
  const running = existing ? (await findRunning(target, outputsOf(existing))).length : 0;
  const orders = `${running} ${running === 1 ? 'order' : 'orders'} on the way`;
  const summary = [caller, region, state, ...(running > 0 ? [orders] : [])].join(' · ');
  return { existing, running, summary };
}

/** The environment's values of those parameters that the template has. */
function usual({ environment }: Target, { parameters }: Package): Parameters {
  const given = Object.entries(environment.parameters ?? {});
  return Object.fromEntries(given.filter(([name]) => parameters.includes(name)));
}

function outputsSeen(target: Target, stack: Stack, foreign: string | undefined): StackOutputs {
  return foreign === undefined ? rememberOutputs(target, stack) : outputsOf(stack);
}

function sizes({ artifacts }: Package): string {
  const total = artifacts.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return `${artifacts.length} functions, ${Math.round(total / 1000)} kB`;
}

async function upload(
  target: Target,
  place: ArtifactsBucket,
  { artifacts }: Package,
): Promise<void> {
  // The first may have to create the bucket; the rest must not race with it.
  for (const { key, bytes } of artifacts) {
    await store(target, place.account, { bucket: place.bucket, key, bytes, once: true });
  }
}

async function templateSource(
  target: Target,
  { account, bucket }: ArtifactsBucket,
  body: string,
): Promise<PlanSource['template']> {
  const bytes = Buffer.from(body);
  if (bytes.length <= longestBody) return { body };
  const key = `${templateRoot}/${target.environment.stack}.yaml`;
  await store(target, account, { bucket, key, bytes });
  return { url: `https://${bucket}.s3.${target.environment.region}.amazonaws.com/${key}` };
}

async function* apply(
  target: Target,
  planned: Plan,
  kind: PlanSource['kind'],
): AsyncGenerator<DeployEvent> {
  const { ExecuteChangeSetCommand } = await import('../aws/sdk/cloudformation.ts');
  const client = await target.clients.cloudFormation();
  const since = await newestEvent(target, planned.stackId);
  await client.send(new ExecuteChangeSetCommand({ ChangeSetName: planned.changeSetId }));
  yield stageEvent('apply', kind === 'CREATE' ? 'creating the stack' : 'updating the stack');
  const end = yield* followStack(target, planned.stackId, since);
  if (!deployed.includes(end.status)) throw deployFailure(end);
}

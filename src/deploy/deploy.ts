import { join } from 'node:path';
import type { Stack } from '@aws-sdk/client-cloudformation';
import type { Target } from '../target/resolve.ts';
import {
  describeStack,
  forgetOutputs,
  outputsOf,
  rememberOutputs,
  type StackOutputs,
} from '../target/stack.ts';
import { UserError } from '../user-error.ts';
import { accountOf, artifactsBucket, store } from './artifacts.ts';
import { type Plan, type PlanSource, plan } from './change-set.ts';
import { deleteStack } from './destroy.ts';
import { type DeployEvent, type DeployResult, stageEvent } from './events.ts';
import { type Package, packageStack } from './package.ts';
import { deployFailure, followStack, newestEvent } from './stack-events.ts';

/** CloudFormation takes a longer template only from S3. */
const longestBody = 51_200;
const templateRoot = 'templates';

interface Place {
  readonly account: string;
  readonly bucket: string;
}

/** Values of template parameters. Those not given keep the value that the stack has, else the template's default. */
export type Parameters = Readonly<Record<string, string>>;

export interface DeployOptions {
  readonly parameters?: Parameters;
  /** The file of a template that is not the project's own; nothing of its stack is remembered. */
  readonly template?: string | undefined;
}

/** Deploys a stack to a target: the project's own, or another. Throws a UserError with the root cause when that fails. */
export async function* deploy(
  target: Target,
  { parameters = {}, template: foreign }: DeployOptions = {},
): AsyncGenerator<DeployEvent, DeployResult> {
  const started = performance.now();
  const { region, stack } = target.environment;
  const account = await accountOf(target);
  const place = { account, bucket: artifactsBucket(stack, account, region) };
  const file = foreign ?? join(target.root, 'template.yaml');
  const packaged = await packageStack(file, place.bucket);
  yield stageEvent('package', sizes(packaged));
  await upload(target, place, packaged);
  yield stageEvent('upload', `s3://${place.bucket}`);
  const ready = yield* makeReady(target);
  const template = await templateSource(target, place, packaged.template);
  const planned = await plan(target, { ...ready, template, parameters });
  const changed = planned.changes > 0;
  yield stageEvent('plan', changed ? `${planned.changes} changes` : 'no changes');
  if (changed) yield* apply(target, planned, ready.kind);
  if (foreign === undefined) forgetOutputs(target);
  const description = await describeStack(target);
  const outputs = description ? outputsSeen(target, description, foreign) : {};
  return { stack, changed, outputs, durationMs: Math.round(performance.now() - started) };
}

function outputsSeen(target: Target, stack: Stack, foreign: string | undefined): StackOutputs {
  return foreign === undefined ? rememberOutputs(target, stack) : outputsOf(stack);
}

function sizes({ artifacts }: Package): string {
  const total = artifacts.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return `${artifacts.length} functions, ${Math.round(total / 1000)} kB`;
}

async function upload(target: Target, place: Place, { artifacts }: Package): Promise<void> {
  // The first may have to create the bucket; the rest must not race with it.
  for (const { key, bytes } of artifacts) {
    await store(target, place.account, { bucket: place.bucket, key, bytes });
  }
}

async function templateSource(
  target: Target,
  { account, bucket }: Place,
  body: string,
): Promise<PlanSource['template']> {
  const bytes = Buffer.from(body);
  if (bytes.length <= longestBody) return { body };
  const key = `${templateRoot}/${target.environment.stack}.yaml`;
  await store(target, account, { bucket, key, bytes });
  return { url: `https://${bucket}.s3.${target.environment.region}.amazonaws.com/${key}` };
}

/** Decides between creation and update; clears away a first creation that never succeeded. */
async function* makeReady(
  target: Target,
): AsyncGenerator<DeployEvent, Pick<PlanSource, 'kind' | 'previous'>> {
  const stack = await describeStack(target);
  const status = stack?.StackStatus;
  if (!stack || !status || status === 'REVIEW_IN_PROGRESS') return { kind: 'CREATE', previous: [] };
  if (status.endsWith('_IN_PROGRESS') && status !== 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') {
    throw new UserError(`The stack ${target.environment.stack} is busy: ${status}.`, {
      hint: 'try again when that is done',
      exit: 6,
      code: 'StackBusy',
    });
  }
  if (status === 'ROLLBACK_COMPLETE' || status === 'DELETE_FAILED') {
    yield stageEvent('clear', 'a first deployment that never succeeded');
    const end = yield* deleteStack(target, stack.StackId ?? '');
    if (end.status !== 'DELETE_COMPLETE') throw deployFailure(end);
    return { kind: 'CREATE', previous: [] };
  }
  if (status.endsWith('_FAILED')) throw deployFailure({ status, failures: [] });
  const previous = (stack.Parameters ?? []).flatMap(({ ParameterKey }) => ParameterKey ?? []);
  return { kind: 'UPDATE', previous };
}

async function* apply(
  target: Target,
  planned: Plan,
  kind: PlanSource['kind'],
): AsyncGenerator<DeployEvent> {
  const { ExecuteChangeSetCommand } = await import('../target/sdk/cloudformation.ts');
  const client = await target.clients.cloudFormation();
  const since = await newestEvent(target, planned.stackId);
  await client.send(new ExecuteChangeSetCommand({ ChangeSetName: planned.changeSetId }));
  yield stageEvent('apply', kind === 'CREATE' ? 'creating the stack' : 'updating the stack');
  const end = yield* followStack(target, planned.stackId, since);
  const done = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'];
  if (!done.includes(end.status)) throw deployFailure(end);
}

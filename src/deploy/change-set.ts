import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Change,
  CloudFormationClient,
  DescribeChangeSetOutput,
} from '@aws-sdk/client-cloudformation';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import { type PlannedChange, plannedChanges } from './planned-changes.ts';

export interface Plan {
  readonly changeSetId: string;
  readonly stackId: string;
  /** Whether there is something to do; outputs may change while no resource does. */
  readonly needed: boolean;
  readonly changes: readonly PlannedChange[];
}

export interface PlanSource {
  readonly kind: 'CREATE' | 'UPDATE';
  readonly template: { readonly body: string } | { readonly url: string };
  /** Names of the parameters that the stack has values of. */
  readonly previous: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  /** What CloudFormation does with what it made when the deployment fails. */
  readonly onFailure?: OnFailure | undefined;
}

export const onFailures = ['ROLLBACK', 'DELETE', 'DO_NOTHING'] as const;
export type OnFailure = (typeof onFailures)[number];

const nothingToDo = /didn't contain changes|no updates are to be performed/i;

/** Asks CloudFormation what it would change, and waits for the answer. */
export async function plan(target: Target, source: PlanSource): Promise<Plan> {
  const { CreateChangeSetCommand } = await import('../aws/sdk/cloudformation.ts');
  const client = await target.clients.cloudFormation();
  const { template, previous, parameters, onFailure } = source;
  const kept = previous.filter((name) => !Object.hasOwn(parameters, name));
  const created = await client.send(
    new CreateChangeSetCommand({
      StackName: target.environment.stack,
      ChangeSetName: `orders-${Date.now()}`,
      ChangeSetType: source.kind,
      ...(onFailure ? { OnStackFailure: onFailure } : {}),
      ...('body' in template ? { TemplateBody: template.body } : { TemplateURL: template.url }),
      Parameters: [
        ...kept.map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
        ...Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
          ParameterKey,
          ParameterValue,
        })),
      ],
      Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
      Tags: [{ Key: 'application', Value: 'orders' }],
    }),
  );
  const { Id: changeSetId = '', StackId: stackId = '' } = created;
  const answer = await untilPlanned(client, changeSetId, target.pollMs);
  if (answer.Status !== 'FAILED') {
    const changes = plannedChanges(await allChanges(client, changeSetId, answer));
    return { changeSetId, stackId, needed: true, changes };
  }
  const invalid = await validationProblems(client, changeSetId);
  await dropPlan(target, changeSetId);
  const reason = answer.StatusReason ?? 'no reason given';
  if (nothingToDo.test(reason)) return { changeSetId, stackId, needed: false, changes: [] };
  throw new UserError(`CloudFormation refused the template: ${reason}`, {
    hint: [...invalid, 'nothing was changed; correct template.yaml and deploy again'],
    exit: 20,
    code: 'PlanFailed',
  });
}

/** What CloudFormation found wrong with resources before it changed any; nothing where it does not tell. */
async function validationProblems(
  client: CloudFormationClient,
  ChangeSetName: string,
): Promise<string[]> {
  const { DescribeEventsCommand } = await import('../aws/sdk/cloudformation.ts');
  try {
    const { OperationEvents = [] } = await client.send(
      new DescribeEventsCommand({ ChangeSetName }),
    );
    return OperationEvents.flatMap((event) => {
      const { LogicalResourceId = '', ValidationPath = '', ValidationStatusReason } = event;
      if (event.ValidationStatus !== 'FAILED' || !ValidationStatusReason) return [];
      return [`${LogicalResourceId} ${ValidationPath}: ${ValidationStatusReason}`];
    });
  } catch {
    // Endpoints that know nothing of it: the change set's own reason says what they have to say.
    return [];
  }
}

/** Takes back a plan that is not carried out. */
export async function dropPlan(target: Target, changeSetId: string): Promise<void> {
  const { DeleteChangeSetCommand } = await import('../aws/sdk/cloudformation.ts');
  const client = await target.clients.cloudFormation();
  await client.send(new DeleteChangeSetCommand({ ChangeSetName: changeSetId }));
}

/** The changes come in pages. */
async function allChanges(
  client: CloudFormationClient,
  ChangeSetName: string,
  first: DescribeChangeSetOutput,
): Promise<Change[]> {
  const { DescribeChangeSetCommand } = await import('../aws/sdk/cloudformation.ts');
  const changes = [...(first.Changes ?? [])];
  for (let { NextToken } = first; NextToken; ) {
    const page = await client.send(new DescribeChangeSetCommand({ ChangeSetName, NextToken }));
    changes.push(...(page.Changes ?? []));
    ({ NextToken } = page);
  }
  return changes;
}

async function untilPlanned(
  client: CloudFormationClient,
  changeSet: string,
  pollMs: number,
): Promise<DescribeChangeSetOutput> {
  const { DescribeChangeSetCommand } = await import('../aws/sdk/cloudformation.ts');
  for (;;) {
    const answer = await client.send(new DescribeChangeSetCommand({ ChangeSetName: changeSet }));
    if (answer.Status === 'CREATE_COMPLETE' || answer.Status === 'FAILED') return answer;
    await sleep(pollMs);
  }
}

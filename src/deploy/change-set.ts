import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Capability,
  Change,
  CloudFormationClient,
  DescribeChangeSetOutput,
} from '@aws-sdk/client-cloudformation';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import { type PlannedChange, toPlannedChanges } from './planned-changes.ts';

export interface Plan {
  readonly changeSetId: string;
  readonly stackId: string;
  /** Whether the template differs from the stack. Outputs can change without a change of any resource. */
  readonly needed: boolean;
  readonly changes: readonly PlannedChange[];
}

export interface PlanSource {
  readonly kind: 'CREATE' | 'UPDATE';
  /** `previous`: the template of the existing stack. */
  readonly template: { readonly body: string } | { readonly url: string } | 'previous';
  /** Names of the declared parameters that keep their value in the existing stack. */
  readonly previous: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly capabilities: readonly Capability[];
  /** Values that must not be shown. */
  readonly hidden: readonly string[];
  /** CloudFormation's action if the deployment fails. */
  readonly onFailure?: OnFailure | undefined;
}

export const onFailures = ['ROLLBACK', 'DELETE', 'DO_NOTHING'] as const;
export type OnFailure = (typeof onFailures)[number];

const noChangesReason = /didn't contain changes|no updates are to be performed/i;

/** Creates a change set and returns its changes. Throws UserError if CloudFormation rejects the template. */
export async function createPlan(target: Target, source: PlanSource): Promise<Plan> {
  const { CreateChangeSetCommand } = await import('../aws/sdk/cloudformation.ts');
  const client = await target.clients.cloudFormation();
  const { template, previous, parameters, capabilities, onFailure, hidden } = source;
  const { stack, roleArn } = target.environment;
  const unchanged = previous.filter((name) => !Object.hasOwn(parameters, name));
  const created = await client.send(
    new CreateChangeSetCommand({
      StackName: stack,
      ...(roleArn ? { RoleARN: roleArn } : {}),
      ChangeSetName: `orders-${Date.now()}`,
      ChangeSetType: source.kind,
      ...(onFailure ? { OnStackFailure: onFailure } : {}),
      ...toTemplateMembers(template),
      Parameters: [
        ...unchanged.map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
        ...Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
          ParameterKey,
          ParameterValue,
        })),
      ],
      Capabilities: [...capabilities],
      Tags: [{ Key: 'application', Value: 'orders' }],
    }),
  );
  const { Id: changeSetId = '', StackId: stackId = '' } = created;
  const changeSet = await waitUntilPlanned(client, changeSetId, target.pollMs);
  if (changeSet.Status !== 'FAILED') {
    const all = await readAllChanges(client, changeSetId, changeSet);
    const changes = toPlannedChanges(all, hidden);
    return { changeSetId, stackId, needed: true, changes };
  }
  const problems = await readValidationProblems(client, changeSetId);
  await discardPlan(target, changeSetId);
  const reason = changeSet.StatusReason ?? 'no reason given';
  if (noChangesReason.test(reason)) return { changeSetId, stackId, needed: false, changes: [] };
  throw new UserError(`CloudFormation rejected the template: ${reason}`, {
    hint: [...problems, 'nothing was changed: correct template.yaml and deploy again'],
    exit: 20,
    code: 'PlanFailed',
  });
}

function toTemplateMembers(template: PlanSource['template']) {
  if (template === 'previous') return { UsePreviousTemplate: true };
  return 'body' in template ? { TemplateBody: template.body } : { TemplateURL: template.url };
}

/** Returns the errors of CloudFormation's validation before deployment; none if the endpoint does not support it. */
async function readValidationProblems(
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
    // The endpoint lacks this operation. The change set's status reason is reported anyway.
    return [];
  }
}

/** Deletes the change set of a plan that is not applied. */
export async function discardPlan(target: Target, changeSetId: string): Promise<void> {
  const { DeleteChangeSetCommand } = await import('../aws/sdk/cloudformation.ts');
  const client = await target.clients.cloudFormation();
  await client.send(new DeleteChangeSetCommand({ ChangeSetName: changeSetId }));
}

/** Returns all changes of a change set: the first page and the following ones. */
async function readAllChanges(
  client: CloudFormationClient,
  ChangeSetName: string,
  first: DescribeChangeSetOutput,
): Promise<Change[]> {
  const { DescribeChangeSetCommand } = await import('../aws/sdk/cloudformation.ts');
  const changes = [...(first.Changes ?? [])];
  for (let { NextToken } = first; NextToken; ) {
    const page = await client.send(
      new DescribeChangeSetCommand({ ChangeSetName, NextToken, IncludePropertyValues: true }),
    );
    changes.push(...(page.Changes ?? []));
    ({ NextToken } = page);
  }
  return changes;
}

async function waitUntilPlanned(
  client: CloudFormationClient,
  changeSet: string,
  pollMs: number,
): Promise<DescribeChangeSetOutput> {
  const { DescribeChangeSetCommand } = await import('../aws/sdk/cloudformation.ts');
  for (;;) {
    const described = await client.send(
      new DescribeChangeSetCommand({ ChangeSetName: changeSet, IncludePropertyValues: true }),
    );
    if (described.Status === 'CREATE_COMPLETE' || described.Status === 'FAILED') return described;
    await sleep(pollMs);
  }
}

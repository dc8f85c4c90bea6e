import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudFormationClient, DescribeChangeSetOutput } from '@aws-sdk/client-cloudformation';
import type { Target } from '../target/resolve.ts';
import { UserError } from '../user-error.ts';

export interface Plan {
  readonly changeSetId: string;
  readonly stackId: string;
  /** How many resources it changes; 0 when there is nothing to do. */
  readonly changes: number;
}

export interface PlanSource {
  readonly kind: 'CREATE' | 'UPDATE';
  readonly template: { readonly body: string } | { readonly url: string };
  /** Names of the parameters that the stack has values of. */
  readonly previous: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
}

const nothingToDo = /didn't contain changes|no updates are to be performed/i;

/** Asks CloudFormation what it would change, and waits for the answer. */
export async function plan(target: Target, source: PlanSource): Promise<Plan> {
  const { CreateChangeSetCommand, DeleteChangeSetCommand } = await import(
    '../target/sdk/cloudformation.ts'
  );
  const client = await target.clients.cloudFormation();
  const { template, previous, parameters } = source;
  const kept = previous.filter((name) => !Object.hasOwn(parameters, name));
  const created = await client.send(
    new CreateChangeSetCommand({
      StackName: target.environment.stack,
      ChangeSetName: `orders-${Date.now()}`,
      ChangeSetType: source.kind,
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
    return { changeSetId, stackId, changes: Math.max(1, answer.Changes?.length ?? 0) };
  }
  await client.send(new DeleteChangeSetCommand({ ChangeSetName: changeSetId }));
  const reason = answer.StatusReason ?? 'no reason given';
  if (nothingToDo.test(reason)) return { changeSetId, stackId, changes: 0 };
  throw new UserError(`CloudFormation refused the template: ${reason}`, {
    hint: 'nothing was changed; correct template.yaml and deploy again',
    exit: 20,
    code: 'PlanFailed',
  });
}

async function untilPlanned(
  client: CloudFormationClient,
  changeSet: string,
  pollMs: number,
): Promise<DescribeChangeSetOutput> {
  const { DescribeChangeSetCommand } = await import('../target/sdk/cloudformation.ts');
  for (;;) {
    const answer = await client.send(new DescribeChangeSetCommand({ ChangeSetName: changeSet }));
    if (answer.Status === 'CREATE_COMPLETE' || answer.Status === 'FAILED') return answer;
    await sleep(pollMs);
  }
}

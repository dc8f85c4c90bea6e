import { randomUUID } from 'node:crypto';
import { AwsError } from '../wire/aws-error.ts';
import { account, partition } from '../wire/http.ts';
import { describeChangeSet } from './describe.ts';
import { invalid, type Values } from './query-protocol.ts';
import type {
  ChangeSetState,
  StackEvent,
  StackRepository,
  StackState,
} from './stack-repository.ts';
import type { Stacks } from './stacks.ts';

export type Action = (form: URLSearchParams, region: string) => Values;

const deployable = /^(CREATE_COMPLETE|UPDATE_COMPLETE|UPDATE_ROLLBACK_COMPLETE)$/;

/** CreateChangeSet, DescribeChangeSet, ExecuteChangeSet, DeleteChangeSet. */
export function changeSetActions(
  stacks: Stacks,
  repository: StackRepository,
): Record<string, Action> {
  function existing(form: URLSearchParams): ChangeSetState {
    const name = form.get('ChangeSetName') ?? '';
    const stack = form.get('StackName');
    const set = repository.changeSet(name, stack ? stacks.existing(stack).id : undefined);
    if (set) return set;
    throw new AwsError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, { status: 404 });
  }
  return {
    CreateChangeSet(form, region) {
      const name = form.get('StackName') ?? '';
      const found = repository.find(name);
      const creating = form.get('ChangeSetType') === 'CREATE';
      if (creating && found && found.status !== 'REVIEW_IN_PROGRESS') {
        throw invalid(
          `Stack ${name} already exists and cannot be created again with the changeSet.`,
        );
      }
      if (!creating && !found) throw invalid(`Stack [${name}] does not exist`);
      const stack = found ?? stacks.begin(name, region);
      if (!creating && !deployable.test(stack.status)) {
        throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
      }
      const proposal = stacks.proposal(form, stack);
      const changes = stacks.plan(stack, proposal);
      const useful = changes.length > 0 || stacks.changesOutputs(stack, proposal);
      const setName = form.get('ChangeSetName') ?? '';
      const set: ChangeSetState = {
        ...proposal,
        id: `arn:${partition}:cloudformation:${region}:${account}:changeSet/${setName}/${randomUUID()}`,
        name: setName,
        stackId: stack.id,
        stackName: stack.name,
        type: creating ? 'CREATE' : 'UPDATE',
        created: Date.now(),
        changes,
        status: useful ? 'CREATE_COMPLETE' : 'FAILED',
        execution: useful ? 'AVAILABLE' : 'UNAVAILABLE',
        ...(useful ? {} : { reason: nothingChanged }),
      };
      if (!found) {
        repository.save(stack);
        repository.addEvent(stack.id, reviewEvent(stack));
      }
      repository.saveChangeSet(set);
      return { Id: set.id, StackId: stack.id };
    },
    DescribeChangeSet(form) {
      return describeChangeSet(existing(form));
    },
    DeleteChangeSet(form) {
      repository.removeChangeSet(existing(form).id);
      return {};
    },
    ExecuteChangeSet(form) {
      const set = existing(form);
      if (set.execution !== 'AVAILABLE') {
        throw new AwsError(
          'InvalidChangeSetStatus',
          `ChangeSet [${set.id}] cannot be executed in its current status of [${set.status}]`,
        );
      }
      const stack = stacks.existing(set.stackId);
      set.execution = 'EXECUTE_COMPLETE';
      repository.saveChangeSet(set);
      stacks.deploy(stack, set);
      return {};
    },
  };
}

/** The first event of a stack that a change set makes. */
function reviewEvent({ id, name, status }: StackState): StackEvent {
  const about = { logicalId: name, physicalId: id, type: 'AWS::CloudFormation::Stack' };
  return { id: randomUUID(), time: Date.now(), ...about, status, reason: 'User Initiated' };
}

const nothingChanged =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

import { randomUUID } from 'node:crypto';
import { account, partition } from '../../shared/account.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { FindDenial } from '../../wire/http.ts';
import { findTransformDenial } from '../access/transform-access.ts';
import { invalid, type Values } from '../query-protocol.ts';
import { describeChangeSet } from './describe.ts';
import type {
  ChangeSetState,
  StackEvent,
  StackRepository,
  StackState,
} from './stack-repository.ts';
import type { Stacks } from './stacks.ts';

/** An operation. `findDenial` is absent if access is not controlled. */
export type Action = (
  form: URLSearchParams,
  region: string,
  findDenial: FindDenial | undefined,
) => Values;

const updatableStatus = /^(CREATE_COMPLETE|UPDATE_COMPLETE|UPDATE_ROLLBACK_COMPLETE)$/;

/** Returns the operations CreateChangeSet, DescribeChangeSet, ExecuteChangeSet and DeleteChangeSet. */
export function changeSetActions(
  stacks: Stacks,
  repository: StackRepository,
): Record<string, Action> {
  const deps = { stacks, repository };
  return {
    CreateChangeSet(form, region, findDenial) {
      const set = createChangeSet({ ...deps, findDenial }, form, region);
      return { Id: set.id, StackId: set.stackId };
    },
    DescribeChangeSet(form) {
      const set = requireChangeSet(deps, form);
      const before = repository.find(set.stackId)?.parameters ?? {};
      const withValues = form.get('IncludePropertyValues') === 'true';
      return describeChangeSet(set, { before, withValues });
    },
    DeleteChangeSet(form) {
      repository.removeChangeSet(requireChangeSet(deps, form).id);
      return {};
    },
    ExecuteChangeSet(form, _region, findDenial) {
      executeChangeSet({ ...deps, findDenial }, requireChangeSet(deps, form));
      return {};
    },
  };
}

interface Deps {
  readonly stacks: Stacks;
  readonly repository: StackRepository;
}

interface CheckedDeps extends Deps {
  readonly findDenial: FindDenial | undefined;
}

function requireChangeSet({ stacks, repository }: Deps, form: URLSearchParams): ChangeSetState {
  const name = form.get('ChangeSetName') ?? '';
  const stack = form.get('StackName');
  const set = repository.findChangeSet(name, stack ? stacks.requireStack(stack).id : undefined);
  if (set) return set;
  throw new AwsError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, { status: 404 });
}

/** Creates a change set, and its stack if that does not exist yet. A change set without changes has the status FAILED. */
function createChangeSet(deps: CheckedDeps, form: URLSearchParams, region: string): ChangeSetState {
  const { stacks, repository, findDenial } = deps;
  const name = form.get('StackName') ?? '';
  const type = form.get('ChangeSetType') === 'CREATE' ? 'CREATE' : 'UPDATE';
  const existing = repository.find(name);
  checkStack(name, type, existing);
  const stack = existing ?? stacks.createState(name, region);
  const proposal = stacks.readProposal(form, stack);
  const { roleArn } = proposal;
  const denial = findTransformDenial(proposal.template, { region, roleArn, findDenial });
  const changes = stacks.planChanges(stack, proposal);
  const hasChanges = changes.length > 0 || stacks.changesOutputs(stack, proposal);
  const setName = form.get('ChangeSetName') ?? '';
  const set: ChangeSetState = {
    ...proposal,
    id: `arn:${partition}:cloudformation:${region}:${account}:changeSet/${setName}/${randomUUID()}`,
    name: setName,
    stackId: stack.id,
    stackName: stack.name,
    type,
    created: Date.now(),
    changes,
    ...(hasChanges ? available : unavailable),
    ...(denial ? { ...unavailable, changes: [], reason: denial.message } : {}),
  };
  if (!existing) {
    repository.save(stack);
    repository.addEvent(stack.id, reviewEvent(stack));
  }
  repository.saveChangeSet(set);
  return set;
}

/** Throws ValidationError if a change set of this type is not possible for the stack. */
function checkStack(name: string, type: 'CREATE' | 'UPDATE', stack: StackState | undefined): void {
  if (type === 'CREATE') {
    if (!stack || stack.status === 'REVIEW_IN_PROGRESS') return;
    throw invalid(`Stack ${name} already exists and cannot be created again with the changeSet.`);
  }
  if (!stack) throw invalid(`Stack [${name}] does not exist`);
  if (!updatableStatus.test(stack.status)) {
    throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
  }
}

const available = { status: 'CREATE_COMPLETE', execution: 'AVAILABLE' };
const unavailable = {
  status: 'FAILED',
  execution: 'UNAVAILABLE',
  reason:
    "The submitted information didn't contain changes. Submit different information to create a change set.",
};

function executeChangeSet(
  { stacks, repository, findDenial }: CheckedDeps,
  set: ChangeSetState,
): void {
  if (set.execution !== 'AVAILABLE') {
    throw new AwsError(
      'InvalidChangeSetStatus',
      `ChangeSet [${set.id}] cannot be executed in its current status of [${set.status}]`,
    );
  }
  const stack = stacks.requireStack(set.stackId);
  set.execution = 'EXECUTE_COMPLETE';
  repository.saveChangeSet(set);
  stacks.deploy(stack, set, findDenial);
}

/** Returns the first event of a stack that a change set creates. */
function reviewEvent({ id, name, status }: StackState): StackEvent {
  const about = { logicalId: name, physicalId: id, type: 'AWS::CloudFormation::Stack' };
  return { id: randomUUID(), time: Date.now(), ...about, status, reason: 'User Initiated' };
}

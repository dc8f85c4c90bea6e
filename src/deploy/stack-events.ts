import { setTimeout as sleep } from 'node:timers/promises';
import type { StackEvent } from '@aws-sdk/client-cloudformation';
import { isTransient } from '../aws/errors.ts';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import type { ResourceEvent } from './events.ts';

/** Final status of a stack operation, and its failures, oldest first. */
export interface StackOutcome {
  readonly status: string;
  /** The first reason that the stack itself had for its failure: an output or a condition belongs to no resource. */
  readonly reason?: string | undefined;
  readonly failures: readonly ResourceEvent[];
  /** Whether the operation published a version of a function. A rollback may leave it behind. */
  readonly hasPublished?: boolean;
}

/** Returns the id of the stack's newest event; undefined for a new stack. */
export async function readNewestEventId(
  target: Target,
  stackId: string,
): Promise<string | undefined> {
  const [newest] = await readEventsAfter(target, stackId, undefined);
  return newest?.EventId;
}

/** Stack statuses after a successful deployment. */
export const deployedStatuses: readonly string[] = [
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
];

/** Returns the id of the last event before the current operation; undefined if it is the stack's first operation. */
export async function findEventBeforeOperation(
  target: Target,
  stackId: string,
): Promise<string | undefined> {
  const events = await readEventsAfter(target, stackId, undefined);
  const start = events.findIndex(
    ({ PhysicalResourceId, StackId, ResourceStatusReason }) =>
      PhysicalResourceId === StackId && ResourceStatusReason === 'User Initiated',
  );
  return events[start + 1]?.EventId;
}

/** Yields the stack's events after the event `since`, oldest first. Returns when the stack has a final status. */
export async function* watchStackEvents(
  target: Target,
  stackId: string,
  since: string | undefined,
): AsyncGenerator<ResourceEvent, StackOutcome> {
  const failures: ResourceEvent[] = [];
  let stackReason: string | undefined;
  let hasPublished = false;
  let last = since;
  const addDuration = createDurationTracker();
  for (;;) {
    const events = await readEventsAfter(target, stackId, last).catch((error: unknown) => {
      if (isTransient(error)) return [];
      throw error;
    });
    last = events[0]?.EventId ?? last;
    for (const event of events.toReversed()) {
      const resourceEvent = addDuration(toResourceEvent(event));
      const { status } = resourceEvent;
      if (status.endsWith('_FAILED')) failures.push(resourceEvent);
      hasPublished ||= isPublication(resourceEvent);
      yield resourceEvent;
      const isStack = event.PhysicalResourceId === event.StackId;
      if (isStack && /ROLLBACK|FAILED/.test(status)) stackReason ??= resourceEvent.reason;
      if (isStack && isFinalStatus(status)) {
        return { status, failures, hasPublished, reason: stackReason };
      }
    }
    await sleep(target.pollMs);
  }
}

function isPublication({ resourceType, status }: ResourceEvent): boolean {
  return resourceType === 'AWS::Lambda::Version' && /^(CREATE|UPDATE)_COMPLETE$/.test(status);
}

/** Returns a function that adds the duration to the last event of a resource's operation. Repeated events are harmless. */
function createDurationTracker(): (event: ResourceEvent) => ResourceEvent {
  const startTimes = new Map<string, number>();
  return (event) => {
    const { logicalId, status, ts } = event;
    const at = Date.parse(ts);
    if (status.endsWith('_IN_PROGRESS')) {
      if (!startTimes.has(logicalId)) startTimes.set(logicalId, at);
      return event;
    }
    const start = startTimes.get(logicalId);
    startTimes.delete(logicalId);
    return start === undefined ? event : { ...event, durationMs: at - start };
  };
}

/** Returns the events after the event `since`, newest first. */
async function readEventsAfter(
  target: Target,
  stackId: string,
  since: string | undefined,
): Promise<StackEvent[]> {
  const { DescribeStackEventsCommand } = await import('../aws/sdk/cloudformation.ts');
  const client = await target.clients.cloudFormation();
  const events: StackEvent[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new DescribeStackEventsCommand({
        StackName: stackId,
        ...(token ? { NextToken: token } : {}),
      }),
    );
    for (const event of page.StackEvents ?? []) {
      if (event.EventId === since) return events;
      events.push(event);
    }
    token = page.NextToken;
  } while (token);
  return events;
}

/** Whether the operation has ended. During `UPDATE_COMPLETE_CLEANUP_IN_PROGRESS` the new stack is already usable. */
function isFinalStatus(status: string): boolean {
  if (status === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') return true;
  return !status.endsWith('_IN_PROGRESS');
}

function toResourceEvent(event: StackEvent): ResourceEvent {
  const { ResourceStatusReason: reason } = event;
  return {
    type: 'resource',
    ts: (event.Timestamp ?? new Date()).toISOString(),
    logicalId: event.LogicalResourceId ?? '',
    resourceType: event.ResourceType ?? '',
    status: event.ResourceStatus ?? '',
    ...(reason ? { reason } : {}),
  };
}

/** Returns the error of a failed deployment: the root cause, then the resources that failed because of it. */
export function deployFailure({ status, failures, reason }: StackOutcome): UserError {
  const isCollateral = ({ reason = '' }: ResourceEvent) => /cancell?ed/i.test(reason);
  const isStack = ({ resourceType }: ResourceEvent) => resourceType.endsWith('::Stack');
  const resources = failures.filter((failure) => !isStack(failure));
  const root = resources.find((failure) => !isCollateral(failure)) ?? failures[0];
  const others = resources.filter((failure) => failure !== root).map(({ logicalId }) => logicalId);
  // With `--on-failure DELETE`, the stack is deleted in place of a rollback.
  const rolledBack = /(ROLLBACK|DELETE)_COMPLETE$/.test(status);
  const cause = root
    ? `${root.logicalId} ${root.status}: ${root.reason ?? reason ?? 'no reason given'}`
    : [status, ...(reason ? [reason] : [])].join(': ');
  return new UserError(`The deployment failed: ${cause}`, {
    hint: [
      ...(others.length ? [`failed or cancelled as a result: ${others.join(', ')}`] : []),
      rolledBack
        ? `the stack was ${status === 'DELETE_COMPLETE' ? 'deleted' : 'rolled back'}: correct the cause and run orders deploy again`
        : `the stack is ${status} and needs attention in CloudFormation before the next deploy`,
    ],
    exit: rolledBack ? 20 : 21,
    code: rolledBack ? 'RolledBack' : 'NeedsAttention',
  });
}

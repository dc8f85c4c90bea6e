import { setTimeout as sleep } from 'node:timers/promises';
import type { StackEvent } from '@aws-sdk/client-cloudformation';
import { isTransient } from '../aws/errors.ts';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import type { ResourceEvent } from './events.ts';

/** What a stack ended in, and what went wrong on the way, first cause first. */
export interface StackEnd {
  readonly status: string;
  readonly failures: readonly ResourceEvent[];
}

/** The newest event of a stack, to tell what comes after it; `undefined` for a new stack. */
export async function newestEvent(target: Target, stackId: string): Promise<string | undefined> {
  const [newest] = await eventsAfter(target, stackId, undefined);
  return newest?.EventId;
}

/** The states of a stack that was deployed. */
export const deployed: readonly string[] = [
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
];

/** The last event before what is done with a stack now; `undefined` when that is all that ever was. */
export async function beforeOperation(
  target: Target,
  stackId: string,
): Promise<string | undefined> {
  const events = await eventsAfter(target, stackId, undefined);
  const begun = events.findIndex(
    ({ PhysicalResourceId, StackId, ResourceStatusReason }) =>
      PhysicalResourceId === StackId && ResourceStatusReason === 'User Initiated',
  );
  return events[begun + 1]?.EventId;
}

/** Yields a stack's events after the event `since`, oldest first, until the stack's own final status. */
export async function* followStack(
  target: Target,
  stackId: string,
  since: string | undefined,
): AsyncGenerator<ResourceEvent, StackEnd> {
  const failures: ResourceEvent[] = [];
  let last = since;
  const timed = timer();
  for (;;) {
    const events = await eventsAfter(target, stackId, last).catch((error: unknown) => {
      if (isTransient(error)) return [];
      throw error;
    });
    last = events[0]?.EventId ?? last;
    for (const event of events.toReversed()) {
      const told = timed(toResourceEvent(event));
      if (told.status.endsWith('_FAILED')) failures.push(told);
      yield told;
      const ofStack = event.PhysicalResourceId === event.StackId;
      if (ofStack && isFinal(told.status)) return { status: told.status, failures };
    }
    await sleep(target.pollMs);
  }
}

/** Adds to the end of each resource's work how long that took; an event that comes twice changes nothing. */
function timer(): (event: ResourceEvent) => ResourceEvent {
  const begun = new Map<string, number>();
  return (event) => {
    const { logicalId, status, ts } = event;
    const at = Date.parse(ts);
    if (status.endsWith('_IN_PROGRESS')) {
      if (!begun.has(logicalId)) begun.set(logicalId, at);
      return event;
    }
    const start = begun.get(logicalId);
    begun.delete(logicalId);
    return start === undefined ? event : { ...event, durationMs: at - start };
  };
}

/** Events newer than `since`, newest first. */
async function eventsAfter(
  target: Target,
  stackId: string,
  since: string | undefined,
): Promise<StackEvent[]> {
  const { DescribeStackEventsCommand } = await import('../aws/sdk/cloudformation.ts');
  const client = await target.clients.cloudFormation();
  const found: StackEvent[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new DescribeStackEventsCommand({
        StackName: stackId,
        ...(token ? { NextToken: token } : {}),
      }),
    );
    for (const event of page.StackEvents ?? []) {
      if (event.EventId === since) return found;
      found.push(event);
    }
    token = page.NextToken;
  } while (token);
  return found;
}

/** Whether a stack in this status is done; `UPDATE_COMPLETE_CLEANUP_IN_PROGRESS` is, as far as orders can tell. */
function isFinal(status: string): boolean {
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

/** The error of a deployment that did not succeed: its root cause, then what it took down with it. */
export function deployFailure({ status, failures }: StackEnd): UserError {
  const isCollateral = ({ reason = '' }: ResourceEvent) => /cancell?ed/i.test(reason);
  const isStack = ({ resourceType }: ResourceEvent) => resourceType.endsWith('::Stack');
  const own = failures.filter((each) => !isStack(each));
  const root = own.find((each) => !isCollateral(each)) ?? failures[0];
  const others = own.filter((each) => each !== root).map(({ logicalId }) => logicalId);
  const rolledBack = /ROLLBACK_COMPLETE$/.test(status);
  const cause = root
    ? `${root.logicalId} ${root.status}: ${root.reason ?? 'no reason given'}`
    : status;
  return new UserError(`The deployment failed: ${cause}`, {
    hint: [
      ...(others.length ? [`failed or cancelled with it: ${others.join(', ')}`] : []),
      rolledBack
        ? 'it was rolled back: correct the cause and run orders deploy again'
        : `the stack is ${status} and needs attention in CloudFormation before the next deploy`,
    ],
    exit: rolledBack ? 20 : 21,
    code: rolledBack ? 'RolledBack' : 'NeedsAttention',
  });
}

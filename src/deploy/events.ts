import { isTransient, needsSignIn } from '../aws/errors.ts';
import type { RolledBack } from './live-version.ts';
import type { PlannedChange } from './planned-changes.ts';
import type { ValueChange } from './value-changes.ts';

/** Progress of a deployment. */
export interface StageEvent {
  readonly type: 'stage';
  readonly ts: string;
  readonly stage:
    | 'preflight'
    | 'package'
    | 'upload'
    | 'plan'
    | 'clear'
    | 'apply'
    | 'shift'
    | 'check'
    | 'cancel'
    | 'stop'
    | 'delete';
  readonly detail: string;
}

export interface ResourceEvent {
  readonly type: 'resource';
  readonly ts: string;
  readonly logicalId: string;
  readonly resourceType: string;
  readonly status: string;
  readonly reason?: string;
  /** Duration of the resource's operation, in its last event. */
  readonly durationMs?: number;
}

export type DeployEvent = StageEvent | ResourceEvent;

/** The version that the alias of a function points to. */
export interface LiveVersion {
  readonly functionName: string;
  readonly version: string;
}

export interface DeployResult {
  readonly stack: string;
  readonly changed: boolean;
  /** Whether the stack differed from the template. Also true if the plan was not applied. */
  readonly needed: boolean;
  readonly changes: readonly PlannedChange[];
  /** Parameters whose values change. */
  readonly parameters: readonly ValueChange[];
  readonly outputs: Readonly<Record<string, string>>;
  /** The versions of the durable functions that new executions run on. */
  readonly live: readonly LiveVersion[];
  /** Functions whose alias points to an older version: new orders run on that version. */
  readonly rolledBack: readonly RolledBack[];
  readonly durationMs: number;
}

/** Returns a stage event with the current time. */
export function stageEvent(stage: StageEvent['stage'], detail: string): StageEvent {
  return { type: 'stage', ts: new Date().toISOString(), stage, detail };
}

/** Whether the same command can succeed later: the service did not respond, or the credentials have expired. */
export function canContinue(error: unknown): boolean {
  return isTransient(error) || needsSignIn(error);
}

/** Consumes a generator's events and returns its result. */
export async function awaitResult<Result>(
  events: AsyncGenerator<unknown, Result>,
): Promise<Result> {
  let next = await events.next();
  while (!next.done) next = await events.next();
  return next.value;
}

import type { RolledBack } from './live-version.ts';
import type { PlannedChange } from './planned-changes.ts';

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

export interface DeployResult {
  readonly stack: string;
  readonly changed: boolean;
  /** Whether the stack differed from the template. Also true if the plan was not applied. */
  readonly needed: boolean;
  readonly changes: readonly PlannedChange[];
  readonly outputs: Readonly<Record<string, string>>;
  /** Functions whose alias points to an older version: new orders run on that version. */
  readonly rolledBack: readonly RolledBack[];
  readonly durationMs: number;
}

/** Returns a stage event with the current time. */
export function stageEvent(stage: StageEvent['stage'], detail: string): StageEvent {
  return { type: 'stage', ts: new Date().toISOString(), stage, detail };
}

/** Consumes a generator's events and returns its result. */
export async function awaitResult<Result>(
  events: AsyncGenerator<unknown, Result>,
): Promise<Result> {
  let next = await events.next();
  while (!next.done) next = await events.next();
  return next.value;
}

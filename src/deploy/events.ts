import type { PlannedChange } from './planned-changes.ts';

/** What is told of a deployment while it goes on. */
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
  /** How long it took, when this is its end. */
  readonly durationMs?: number;
}

export type DeployEvent = StageEvent | ResourceEvent;

export interface DeployResult {
  readonly stack: string;
  readonly changed: boolean;
  /** Whether the stack was other than the template says; true also when the plan was not carried out. */
  readonly needed: boolean;
  readonly changes: readonly PlannedChange[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly durationMs: number;
}

/** A stage that begins or is done now. */
export function stageEvent(stage: StageEvent['stage'], detail: string): StageEvent {
  return { type: 'stage', ts: new Date().toISOString(), stage, detail };
}

/** The result of work whose events nobody looks at. */
export async function endOf<Result>(events: AsyncGenerator<unknown, Result>): Promise<Result> {
  let next = await events.next();
  while (!next.done) next = await events.next();
  return next.value;
}

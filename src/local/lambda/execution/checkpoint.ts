import { invalidParameter } from '../errors.ts';
import { parsePageSize } from '../listing-query.ts';
import { armHeartbeat } from './callbacks.ts';
import { makeCall } from './chained-invoke.ts';
import type { Engine } from './engine.ts';
import { createCheckpointToken } from './invocation-payload.ts';
import { findExceededLimit } from './limits.ts';
import type { Execution, OperationUpdate } from './model.ts';
import { completePause } from './pausing.ts';
import { staleToken } from './stale-token.ts';
import { fireDue } from './timers.ts';
import { draftUpdates } from './updates.ts';
import { toWireOperations, visibleOperations } from './wire-operations.ts';

export interface CheckpointInput {
  readonly CheckpointToken?: string;
  readonly Updates?: readonly OperationUpdate[];
  readonly ClientToken?: string;
  /** True if the request comes from an SDK that predates pausing. */
  readonly isOldSdk?: boolean;
}

/**
 * Applies a checkpoint and returns the response as JSON: a repeated request must receive the same bytes. Throws
 * InvalidParameterValueException for an invalid token or update.
 */
export function checkpoint(engine: Engine, id: string, input: CheckpointInput): string {
  const execution = findInFlight(engine, id);
  const { invocation } = execution;
  const { ClientToken, CheckpointToken, Updates = [] } = input;
  const isRepeated = invocation.clientToken !== undefined && invocation.clientToken === ClientToken;
  if (isRepeated && invocation.response && CheckpointToken === previousToken(execution)) {
    return invocation.response;
  }
  const isStale =
    CheckpointToken !== createCheckpointToken(execution) || invocation.isTokenWithheld === true;
  if (isStale || execution.closing) throw staleToken();
  engine.store.transact(() => fireDue(engine, execution, { isBusy: Updates.length > 0 }));
  if (execution.status !== 'RUNNING') throw staleToken();
  const isPausing = execution.pause?.state === 'PAUSING' && !needsResponse(input);
  const response = engine.store.transact(() => {
    applyUpdates(engine, execution, Updates);
    invocation.sequence += 1;
    if (isPausing && mayContinue(execution)) return withholdToken(engine, execution);
    return toResponse(engine, execution);
  });
  engine.rescheduleTimers();
  // A repeated request after a withheld token is refused.
  if (isPausing) return response;
  if (ClientToken === undefined) delete invocation.clientToken;
  else invocation.clientToken = ClientToken;
  invocation.response = response;
  return response;
}

/** Applies a batch of updates. A batch that takes the execution over a limit ends it as failed instead. */
function applyUpdates(
  engine: Engine,
  execution: Execution,
  updates: readonly OperationUpdate[],
): void {
  if (updates.length === 0) return;
  const draft = draftUpdates(execution, updates, {
    speed: engine.clock.speed,
    functions: engine.handlers.functions,
    roles: engine.roles,
  });
  const error = findExceededLimit(execution, draft);
  if (error) {
    engine.close(execution, { status: 'FAILED', error });
    return;
  }
  const { executions } = engine;
  for (const [id, operation] of draft.operations) {
    execution.operations.set(id, operation);
    execution.updatedOperationIds.add(id);
    executions.putOperation(execution, operation);
    const delay = draft.delays.get(id);
    if (delay !== undefined) engine.setTimer(execution.id, id, delay);
    else if (operation.status === 'CANCELLED') engine.timers.drop(execution.id, id);
    if (operation.status === 'STARTED') armHeartbeat(engine, execution, operation);
  }
  for (const event of draft.events) executions.append(execution, event);
  for (const call of draft.calls) makeCall(engine, execution, call);
  if (!draft.closing) return;
  execution.closing = draft.closing;
  executions.save(execution);
}

/**
 * Returns whether the token can only be withheld at a later checkpoint: an older SDK fails the execution if it does not receive the
 * id of a callback that it has started. AWS has no such rule, so such an execution fails there.
 */
function needsResponse({ isOldSdk = false, Updates = [] }: CheckpointInput): boolean {
  return isOldSdk && Updates.some(({ Type, Action }) => Type === 'CALLBACK' && Action === 'START');
}

/**
 * Pauses the execution at a checkpoint: the batch is accepted, but without the token of the next checkpoint the handler can only end.
 * The state that it has not received is delivered to the next invocation.
 */
function withholdToken(engine: Engine, execution: InFlight): string {
  execution.owesInvocation = true;
  execution.invocation.isTokenWithheld = true;
  completePause(engine, execution);
  return JSON.stringify({ NewExecutionState: { Operations: [] } });
}

/** Returns whether the handler may send another checkpoint. */
function mayContinue({ status, closing }: Execution): boolean {
  return status === 'RUNNING' && !closing;
}

function toResponse(engine: Engine, execution: Execution): string {
  const changed = [...execution.updatedOperationIds].flatMap(
    (id) => execution.operations.get(id) ?? [],
  );
  const operations = toWireOperations(engine, execution, { operations: changed, form: 'api' });
  execution.updatedOperationIds.clear();
  return JSON.stringify({
    ...(mayContinue(execution) ? { CheckpointToken: createCheckpointToken(execution) } : {}),
    NewExecutionState: { Operations: operations },
  });
}

/** Returns a page of the execution's operations, for a state that does not fit into the invocation event. */
export function readState(engine: Engine, id: string, query: URLSearchParams): unknown {
  const execution = findInFlight(engine, id);
  const { isTokenWithheld = false } = execution.invocation;
  const isCurrent = query.get('CheckpointToken') === createCheckpointToken(execution);
  if (!isCurrent || isTokenWithheld) throw staleToken();
  const from = Number(query.get('Marker') ?? 0);
  if (!Number.isInteger(from) || from < 0) throw invalidParameter('Invalid Marker');
  const limit = parsePageSize(query);
  const visible = visibleOperations(execution);
  const page = visible.slice(from, from + limit);
  return {
    Operations: toWireOperations(engine, execution, { operations: page, form: 'api' }),
    ...(from + limit < visible.length ? { NextMarker: String(from + limit) } : {}),
  };
}

type InFlight = Execution & { invocation: NonNullable<Execution['invocation']> };

function findInFlight(engine: Engine, id: string): InFlight {
  const execution = engine.find(id);
  if (execution?.status !== 'RUNNING' || !execution.invocation) throw staleToken();
  return execution as InFlight;
}

function previousToken(execution: InFlight): string {
  const { invocation } = execution;
  return createCheckpointToken({
    ...execution,
    invocation: { ...invocation, sequence: invocation.sequence - 1 },
  });
}

import { pageSize } from '../listing-query.ts';
import { armHeartbeat } from './callbacks.ts';
import { makeCall } from './chained-invoke.ts';
import type { Engine } from './engine.ts';
import { visibleOperations, wireOperation } from './history.ts';
import { tokenOf } from './invocation-payload.ts';
import type { Execution, OperationUpdate } from './model.ts';
import { fireDue } from './timers.ts';
import { draftUpdates } from './updates.ts';
import { invalid } from './validation.ts';

export interface CheckpointInput {
  readonly CheckpointToken?: string;
  readonly Updates?: readonly OperationUpdate[];
  readonly ClientToken?: string;
}

/** CheckpointDurableExecution; answers the response as JSON, as a repeated request must get the same bytes. */
export function checkpoint(engine: Engine, id: string, input: CheckpointInput): string {
  const execution = inFlight(engine, id);
  const { invocation } = execution;
  const { ClientToken, CheckpointToken, Updates = [] } = input;
  const again = invocation.clientToken !== undefined && invocation.clientToken === ClientToken;
  if (again && invocation.response && CheckpointToken === previousToken(execution)) {
    return invocation.response;
  }
  if (CheckpointToken !== tokenOf(execution) || execution.closing) throw stale();
  engine.store.transact(() => fireDue(engine, execution, { working: Updates.length > 0 }));
  if (execution.status !== 'RUNNING') throw stale();
  const response = engine.store.transact(() => {
    applyUpdates(engine, execution, Updates);
    invocation.sequence += 1;
    return respond(engine, execution);
  });
  engine.rearm();
  if (ClientToken === undefined) delete invocation.clientToken;
  else invocation.clientToken = ClientToken;
  invocation.response = response;
  return response;
}

function applyUpdates(
  engine: Engine,
  execution: Execution,
  updates: readonly OperationUpdate[],
): void {
  if (updates.length === 0) return;
  const draft = draftUpdates(execution, updates, {
    clock: engine.clock,
    functions: engine.handlers.functions,
  });
  const { executions, timers } = engine;
  for (const [id, operation] of draft.operations) {
    execution.operations.set(id, operation);
    execution.untold.add(id);
    executions.putOperation(execution, operation);
    if (operation.due !== undefined) {
      timers.set(execution.id, id, { due: operation.due, held: true });
    } else if (operation.status === 'CANCELLED') timers.drop(execution.id, id);
    if (operation.status === 'STARTED') armHeartbeat(engine, execution, operation);
  }
  for (const event of draft.events) executions.append(execution, event);
  for (const call of draft.calls) makeCall(engine, execution, call);
  if (!draft.closing) return;
  execution.closing = draft.closing;
  executions.save(execution);
}

function respond(engine: Engine, execution: Execution): string {
  const operations: unknown[] = [];
  for (const id of execution.untold) {
    const operation = execution.operations.get(id);
    if (operation) operations.push(wireOperation(operation, engine.clock, 'api'));
  }
  execution.untold.clear();
  return JSON.stringify({
    ...(execution.closing ? {} : { CheckpointToken: tokenOf(execution) }),
    NewExecutionState: { Operations: operations },
  });
}

/** GetDurableExecutionState: what the invocation event had no room for. */
export function readState(engine: Engine, id: string, query: URLSearchParams): unknown {
  const execution = inFlight(engine, id);
  if (query.get('CheckpointToken') !== tokenOf(execution)) throw stale();
  const from = Number(query.get('Marker') ?? 0);
  if (!Number.isInteger(from) || from < 0) throw invalid('Invalid Marker');
  const limit = pageSize(query);
  const visible = visibleOperations(execution);
  const page = visible.slice(from, from + limit);
  return {
    Operations: page.map((operation) => wireOperation(operation, engine.clock, 'api')),
    ...(from + limit < visible.length ? { NextMarker: String(from + limit) } : {}),
  };
}

type InFlight = Execution & { invocation: NonNullable<Execution['invocation']> };

function inFlight(engine: Engine, id: string): InFlight {
  const execution = engine.find(id);
  if (execution?.status !== 'RUNNING' || !execution.invocation) throw stale();
  return execution as InFlight;
}

function previousToken(execution: InFlight): string {
  const { invocation } = execution;
  return tokenOf({
    ...execution,
    invocation: { ...invocation, sequence: invocation.sequence - 1 },
  });
}

/** The SDK tells a superseded invocation by the beginning of this text. */
function stale() {
  return invalid('Invalid Checkpoint Token: it was used, or its invocation is over');
}

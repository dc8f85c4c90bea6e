import { conflict } from '../errors.ts';
import type { EngineContext } from './engine-context.ts';
import { pausedEvent, resumedEvent } from './history.ts';
import type { Execution, PauseRequest, ResumeRequest } from './model.ts';
import { executionTimeout } from './timer-store.ts';

/** An execution ends 366 days after its start, even if it was paused (ms). */
const maxExecutionMs = 366 * 86_400_000;
/** A repeated request with the same client token is answered like the first one for this long (ms). */
const clientTokenMs = 15 * 60_000;

/**
 * Records a request to pause an execution. It takes effect with `applyPause`, as AWS pauses after it has responded. Must be called
 * within a transaction. Throws ResourceConflictException if the execution cannot be paused.
 */
export function requestPause(
  engine: EngineContext,
  execution: Execution,
  request: PauseRequest,
): void {
  const { pause } = execution;
  if (pause && isRepeated(pause.request, request)) return;
  if (execution.status !== 'RUNNING' || pause) {
    throw conflict('The durable execution is not in a state in which it can be paused.');
  }
  execution.pause = { state: 'REQUESTED', request };
  engine.executions.save(execution);
}

/** Pauses an execution at once if it is suspended; otherwise its invocation ends at the next checkpoint. Must be called within a transaction. */
export function applyPause(engine: EngineContext, execution: Execution): void {
  const { pause } = execution;
  if (execution.status !== 'RUNNING' || pause?.state !== 'REQUESTED') return;
  if (execution.invocation) {
    pause.state = 'PAUSING';
    engine.executions.save(execution);
  } else completePause(engine, execution);
}

/** Records that no further invocation will start until the execution is resumed. Must be called within a transaction. */
export function completePause(engine: EngineContext, execution: Execution): void {
  const { pause, id } = execution;
  if (!pause) return;
  pause.state = 'PAUSED';
  pause.since = engine.times.now(id);
  engine.executions.append(execution, pausedEvent(execution, pause.request));
  if (pause.request.timeoutPaused) stopTimeout(engine, execution);
  engine.executions.save(execution);
}

/** Replaces the execution's timeout by the limit that a pause does not extend. */
function stopTimeout({ timers, times }: EngineContext, execution: Execution): void {
  const { pause, id, timeout, pausedMs = 0 } = execution;
  const due = timers.dueTime(id, executionTimeout);
  if (!pause || due === undefined) return;
  pause.remainingMs = due - times.now(id);
  const started = due - timeout * 1000 - pausedMs;
  const held = times.isHeld(id);
  timers.set(id, executionTimeout, { due: started + maxExecutionMs, held });
}

/**
 * Records a request to resume an execution; it takes effect with `applyResume`. Must be called within a transaction. Throws
 * ResourceConflictException if the execution is not paused.
 */
export function requestResume(
  engine: EngineContext,
  execution: Execution,
  request: ResumeRequest,
): void {
  const { pause, resumed } = execution;
  const earlier = pause?.resume ?? resumed;
  if (earlier && isRepeated(earlier, request)) return;
  if (execution.status !== 'RUNNING' || !pause || pause.state === 'REQUESTED' || pause.resume) {
    throw conflict('The durable execution is not in a state in which it can be resumed.');
  }
  pause.resume = request;
  engine.executions.save(execution);
}

/**
 * Resumes an execution. An execution that is still pausing just continues its invocation. Must be called within a transaction.
 */
export function applyResume(engine: EngineContext, execution: Execution): void {
  const { pause } = execution;
  if (execution.status !== 'RUNNING' || !pause?.resume) return;
  const { state, resume } = pause;
  execution.resumed = resume;
  delete execution.pause;
  if (state === 'PAUSED') {
    engine.executions.append(execution, resumedEvent(execution, resume));
    restartTimeout(engine, execution, pause);
  }
  engine.executions.save(execution);
  const { owesInvocation = false } = execution;
  // An invocation whose token was withheld starts the next one when it ends.
  if (owesInvocation && !execution.invocation) {
    delete execution.owesInvocation;
    engine.wake(execution);
  }
}

function restartTimeout(
  { timers, times }: EngineContext,
  execution: Execution,
  { since = 0, remainingMs }: NonNullable<Execution['pause']>,
): void {
  const { id } = execution;
  const limit = timers.dueTime(id, executionTimeout);
  if (remainingMs === undefined || limit === undefined) return;
  const now = times.now(id);
  execution.pausedMs = (execution.pausedMs ?? 0) + (now - since);
  const due = Math.min(limit, now + remainingMs);
  timers.set(id, executionTimeout, { due, held: times.isHeld(id) });
  times.setAlarm(id);
}

function isRepeated(earlier: ResumeRequest, request: ResumeRequest): boolean {
  const { clientToken, reason, timeoutPaused } = request as PauseRequest;
  const before = earlier as PauseRequest;
  return (
    clientToken !== undefined &&
    before.clientToken === clientToken &&
    before.reason === reason &&
    before.timeoutPaused === timeoutPaused &&
    request.requestedAt - before.requestedAt <= clientTokenMs
  );
}

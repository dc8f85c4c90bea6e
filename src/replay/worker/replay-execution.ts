import { isTruncated } from '../operation-state.ts';
import {
  findEnd,
  type RecordedEvent,
  type RecordedInvocation,
  type Recording,
  splitInvocations,
} from '../recording.ts';
import type { Finding, OperationRef, Verdict } from '../verdict.ts';
import { drive, type Handler } from './drive.ts';
import { ExecutionState } from './execution-state.ts';
import { setCurrentInvocation } from './hooks.ts';
import { ReplayedInvocation } from './invocation.ts';
import { blockedCalls } from './isolation.ts';
import { type Breakage, judgeEnd } from './judge-end.ts';
import { findPlaces } from './operation-places.ts';
import { nextTimerDue, runNextTimer, setTime } from './virtual-time.ts';

interface ReplayOptions {
  readonly clockShiftMs: number;
  /** Result of `Math.random`: 0 for the shortest delays of retry strategies with jitter, almost 1 for the longest. */
  readonly random: number;
  /** Results of steps after the end of the history, by name (JSON texts). */
  readonly assumed?: Readonly<Record<string, string>> | undefined;
}

/** The verdict of a replay, and whether the delay of a retry differs from the recorded one. */
interface ExecutionReplay {
  readonly verdict: Verdict;
  readonly hasOtherDelays: boolean;
}

/**
 * Replays one execution invocation by invocation. Each starts from the recorded state, as the next invocation of an execution in flight
 * would. Returns the first difference. The replay's clock differs from the recorded time by `clockShiftMs` in the first invocation, and
 * by twice as much in each further one: code that depends on the clock behaves differently under another shift.
 */
export async function replayExecution(
  handler: Handler,
  recording: Recording,
  { clockShiftMs, random, assumed = {} }: ReplayOptions,
): Promise<ExecutionReplay> {
  Math.random = () => random;
  const history = recording.events.toSorted((a, b) => (a.EventId ?? 0) - (b.EventId ?? 0));
  const truncated = history.find(isTruncated);
  if (truncated) {
    const reason = describeTruncated(truncated);
    return { verdict: { verdict: 'broken', reason }, hasOtherDelays: false };
  }
  const state = new ExecutionState(recording, history);
  let last: ReplayedInvocation | undefined;
  let hasOtherDelays = false;
  for (const [index, invocation] of splitInvocations(history).entries()) {
    const shift = clockShiftMs * 2 ** index;
    const replayed = new ReplayedInvocation({
      operations: state.operations,
      events: state.startInvocation(invocation),
      isCut: invocation.end === 'cut',
      assumed,
      random,
      clockShiftMs: shift,
    });
    setTime(invocation.startedAt + shift);
    const run = { handler, event: state.toEvent(), invocation, history };
    const problem = await runInvocation(replayed, run);
    hasOtherDelays ||= replayed.hasOtherDelays;
    if (problem) return { verdict: toVerdict(problem, history, index), hasOtherDelays };
    for (const id of replayed.replayChildren) state.replayChildren.add(id);
    last = replayed;
  }
  const verdict: Verdict = findEnd(history)
    ? { verdict: 'identical' }
    : { verdict: 'continues', operations: listNext(state, last) };
  return { verdict, hasOtherDelays };
}

function describeTruncated({ EventType, Name }: RecordedEvent): string {
  return `Lambda has truncated the data of ${EventType} ${Name ?? ''}`.trimEnd();
}

interface InvocationRun {
  readonly handler: Handler;
  readonly event: object;
  readonly invocation: RecordedInvocation;
  readonly history: readonly RecordedEvent[];
}

async function runInvocation(
  replayed: ReplayedInvocation,
  { handler, event, invocation, history }: InvocationRun,
): Promise<Finding | Breakage | undefined> {
  setCurrentInvocation(replayed);
  const blockedBefore = blockedCalls.length;
  const passTime = () =>
    replayed.finding === undefined && (replayed.deliverNext(nextTimerDue()) || runNextTimer());
  try {
    const output = await drive(handler, event, passTime);
    const blocked = blockedCalls[blockedBefore];
    if (blocked) return describeBlocked(blocked);
    return replayed.finding ?? judgeEnd(replayed, { invocation, output, history });
  } catch (error) {
    return { reason: String(error) };
  }
}

function describeBlocked(address: string): Breakage {
  return { reason: `The handler calls ${address} outside a step` };
}

function toVerdict(
  problem: Finding | Breakage,
  history: readonly RecordedEvent[],
  index: number,
): Verdict {
  if ('reason' in problem) return { verdict: 'broken', reason: problem.reason };
  const { operation } = problem;
  const started = history.filter(({ EventType }) => EventType?.match(/^(?!Execution).*Started$/));
  const position = started.findIndex(({ Id }) => Id === operation?.id) + 1;
  const owner = findCallbackOwner(history, operation) ?? operation;
  const [source, caller] = findPlaces(owner?.id ?? '');
  const finding = {
    ...problem,
    ...(operation && owner ? { operation: { ...operation, name: owner.name } } : {}),
    position: position || undefined,
    source,
    caller,
  };
  return { verdict: 'diverges', finding, invocation: index + 1 };
}

/** The code of `waitForCallback` starts a context; the callback in it has no name, and the SDK starts it later. */
function findCallbackOwner(
  history: readonly RecordedEvent[],
  operation: OperationRef | undefined,
): OperationRef | undefined {
  const event = history.find(({ Id }) => Id !== undefined && Id === operation?.id);
  const parent = history.find(({ Id }) => Id !== undefined && Id === event?.ParentId);
  if (operation?.name !== undefined || parent?.SubType !== 'WaitForCallback') return undefined;
  return { id: parent.Id ?? '', type: 'CONTEXT', name: parent.Name };
}

/** Returns the operations that the code starts after the history, otherwise its pending operations. */
function listNext(state: ExecutionState, last: ReplayedInvocation | undefined): OperationRef[] {
  const started = last?.frontier ?? [];
  if (started.length > 0) {
    return started.map(({ Id, Type, Name }) => ({ id: Id, type: Type, name: Name }));
  }
  return [...state.operations.values()]
    .filter(({ EndTimestamp, Type }) => EndTimestamp === undefined && Type !== 'CONTEXT')
    .map(({ Id, Type, Name }) => ({ id: Id, type: Type, name: Name }));
}

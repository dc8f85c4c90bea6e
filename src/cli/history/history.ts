/** Formats the output of `orders history` and prints a followed history. */
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { isObject } from '../../environment/project.ts';
import type { Target } from '../../environment/target.ts';
import { followHistory, type HistoryReport } from '../../orders/lookup/history.ts';
import { redact } from '../../orders/lookup/redact.ts';
import {
  type ExecutionState,
  executionEnd,
  type HistoryEvent,
} from '../../workflow/history-event.ts';
import { findMissingPermissions } from '../../workflow/missing-permissions.ts';
import { statusStyle } from '../../workflow/status-style.ts';
import { buildTimeline, type Timeline } from '../../workflow/timeline.ts';
import { interruptExitCode, listenForInterrupt } from '../command/interrupt.ts';
import { formatRecord } from '../command/json-output.ts';
import { formatShortDuration } from '../terminal/format-short-duration.ts';
import { applyStyle } from '../terminal/output-guard.ts';
import { dim, endOnBrokenPipe, mark, printEnd, usesScreenReader } from '../terminal/terminal.ts';
import { wrap, wrapWords } from '../terminal/wrap.ts';
import { formatEventLine, formatEvents, formatSteps } from './steps-and-events.ts';
import { formatTimeline, type TimelineView } from './timeline-chart.ts';

export const views = ['timeline', 'steps', 'events'] as const;

export interface HistoryFlags {
  readonly view: (typeof views)[number];
  readonly reverse: boolean;
  readonly linear: boolean;
  readonly width?: number | undefined;
  readonly data: boolean;
  readonly personal: boolean;
  readonly json: boolean;
  readonly timeout?: number | undefined;
}

/** Lambda's limit for the operations of one execution. */
const maxOperations = 3000;

/** Returns the history as text in the view of the flags. */
export function formatHistory(
  report: HistoryReport,
  flags: HistoryFlags,
  timeScale: number,
): string {
  const stream = process.stdout;
  const { timeline } = report;
  const width = flags.width ?? (stream.isTTY ? stream.columns : undefined);
  const events = report.events.map(createPayloadFilter(flags));
  const table = { header: stream.isTTY === true, width, stream };
  switch (flags.view) {
    case 'timeline': {
      const isSpoken = usesScreenReader(process.env);
      const view = { width: width ?? 100, linear: flags.linear, timeScale, stream, isSpoken };
      const failure = formatFailure(report);
      const lines = [
        ...formatHeading(report, view),
        ...(failure
          ? wrapWords(failure, view.width - 2).map(
              (line, index) => `${index === 0 ? mark('failed', stream) : ' '} ${line}`,
            )
          : []),
      ];
      return `${lines.join('\n')}\n\n${formatTimeline(timeline, view)}`;
    }
    case 'steps': {
      const spans = flags.reverse ? timeline.spans.toReversed() : timeline.spans;
      return formatSteps({ ...timeline, spans }, table);
    }
    case 'events': {
      const view = { ...table, startedAt: timeline.startedAt, payloads: flags.data };
      return formatEvents(flags.reverse ? events.toReversed() : events, view);
    }
  }
}

/** Returns the lines with the state of an execution and its totals. */
export function formatHeading(
  { orderId, order, timeline, version }: HistoryReport,
  { width, timeScale, stream }: Pick<TimelineView, 'width' | 'timeScale' | 'stream'>,
): string[] {
  const { totalMs, activeMs, waitingMs, invocations, operations, retries } = timeline;
  const facts = [
    orderId,
    applyStyle(stateStyle(order, timeline), formatState(order, timeline), stream),
    `${formatShortDuration(totalMs)} = ${formatShortDuration(activeMs)} active + ${formatShortDuration(waitingMs)} waiting`,
    `${invocations.length} ${invocations.length === 1 ? 'invocation' : 'invocations'}`,
    `${operations} of ${maxOperations} operations`,
    ...(retries > 0 ? [`${retries} ${retries === 1 ? 'retry' : 'retries'}`] : []),
    ...(version === undefined ? [] : [`version ${version}`]),
    ...(timeScale === 1 ? [] : [`time ×${timeScale}`]),
  ];
  return wrap(facts, { width, indent: 0, separator: ' · ' });
}

/** Returns why the order failed, or the error of its execution, or undefined if there is neither. */
export function formatFailure({
  order,
  timeline: { error },
}: Pick<HistoryReport, 'order' | 'timeline'>): string | undefined {
  if (order?.failure) return `failed at ${order.failure.stage}: ${order.failure.message}`;
  return error && `${error.type}: ${error.message}`;
}

/** Returns the state of the execution, or the order's status if that is more precise: a rejected order's execution succeeds. */
function formatState(
  order: Pick<OrderRecord, 'status'> | undefined,
  { state, pauses = [] }: Pick<Timeline, 'state' | 'pauses'>,
): string {
  const isPaused = pauses.some(({ endMs }) => endMs === undefined);
  if (isPaused && state === 'running') return order ? `paused, ${order.status}` : 'paused';
  if (state === 'succeeded') return order?.status ?? state;
  return state === 'running' && order ? `running, ${order.status}` : state;
}

function stateStyle(
  order: Pick<OrderRecord, 'status'> | undefined,
  { state }: Pick<Timeline, 'state'>,
) {
  if (state === 'succeeded') return statusStyle(order?.status ?? 'completed');
  return statusStyle(state === 'running' ? (order?.status ?? state) : state);
}

/** Returns the data of the JSON output: the timeline, and with `--data` or `--view events` the events. */
export function toHistoryData(report: HistoryReport, flags: HistoryFlags) {
  const { orderId, executionArn, version, timeline, events } = report;
  const includesEvents = flags.data || flags.view === 'events';
  const missingPermissions = findMissingPermissions(events);
  return {
    orderId,
    executionArn,
    ...(version === undefined ? {} : { version }),
    ...timeline,
    ...(missingPermissions.length > 0 ? { missingPermissions } : {}),
    ...(includesEvents ? { events: events.map(createPayloadFilter(flags)) } : {}),
  };
}

/** Returns a function that removes the payload of an event, or with `--data` redacts personal data in it. */
function createPayloadFilter(flags: Pick<HistoryFlags, 'data' | 'personal'>) {
  return (event: HistoryEvent): HistoryEvent => {
    const { payload, ...rest } = event;
    if (!flags.data || payload === undefined) return rest;
    return { ...rest, payload: flags.personal ? payload : redact(payload) };
  };
}

/** Prints events until the execution ends. The exit code does not depend on the outcome of the execution. */
export async function printFollowedHistory(
  target: Target,
  { orderId, executionArn }: { orderId: string; executionArn: string },
  flags: HistoryFlags,
): Promise<void> {
  const { signal, abort, release } = listenForInterrupt(flags.timeout);
  endOnBrokenPipe(abort);
  const filterPayload = createPayloadFilter(flags);
  let state: ExecutionState = 'running';
  const events: HistoryEvent[] = [];
  try {
    for await (const event of followHistory(target, executionArn, signal)) {
      events.push(event);
      state = executionEnd(event) ?? state;
      const shown = filterPayload(event);
      process.stdout.write(
        flags.json
          ? formatRecord({ type: 'event', orderId, event: shown })
          : formatEventLine(shown, orderId, flags.data),
      );
    }
  } finally {
    release();
  }
  if (signal.reason === 'EPIPE') return;
  const exitCode = interruptExitCode(signal);
  process.exitCode = exitCode;
  if (flags.json)
    process.stdout.write(
      formatRecord({ type: 'end', orderId, state, events: events.length, exitCode }),
    );
  else if (exitCode !== 0) printDetached(orderId, exitCode);
  else {
    const totalMs = buildTimeline(events, Date.now())?.totalMs ?? 0;
    const end = state === 'succeeded' ? readOutcome(events.at(-1)) : state;
    process.stderr.write(
      `${dim(`${end} after ${formatShortDuration(totalMs)}: orders history ${orderId}`)}\n`,
    );
  }
}

/** Returns the outcome of the order from the result of its execution: the execution of a rejected order succeeds, too. */
function readOutcome(last: HistoryEvent | undefined): string {
  try {
    const result: unknown = JSON.parse(last?.payload ?? '');
    const outcome = isObject(result) ? result['outcome'] : undefined;
    return typeof outcome === 'string' ? `order ${outcome}` : 'succeeded';
  } catch {
    return 'succeeded';
  }
}

function printDetached(orderId: string, exitCode: number): void {
  const isTimeout = exitCode === 124;
  const why = isTimeout ? 'Stopped following: --timeout reached' : 'Detached';
  printEnd({
    kind: isTimeout ? 'failed' : 'done',
    text: `${why}; the history of ${orderId} has no end yet`,
    command: `orders history ${orderId} --follow`,
  });
}

/** How `orders history` shows what its service found. */
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { Target } from '../../environment/target.ts';
import { followHistory, type HistoryReport } from '../../orders/lookup/history.ts';
import { redact } from '../../orders/lookup/redact.ts';
import { type ExecutionState, endOf, type HistoryEvent } from '../../workflow/history-event.ts';
import { timelineOf } from '../../workflow/timeline.ts';
import { exitOfLook, interruptible } from '../command/interrupt.ts';
import { line } from '../command/json-output.ts';
import { dim, endOnBrokenPipe, mark } from '../terminal/terminal.ts';
import { eventLine, formatEvents, formatSteps } from './steps-and-events.ts';
import { formatTimeline, shortDuration } from './timeline-chart.ts';

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

/** Lambda's limit of the operations of one execution. */
const mostOperations = 3000;

/** The history as text: a heading, and the view that was asked for. */
export function describeHistory(
  report: HistoryReport,
  flags: HistoryFlags,
  timeScale: number,
): string {
  const stream = process.stdout;
  const { timeline } = report;
  const width = flags.width ?? (stream.isTTY ? stream.columns : undefined);
  const events = report.events.map(shown(flags));
  const table = { header: stream.isTTY === true, width, stream };
  switch (flags.view) {
    case 'timeline': {
      const view = { width: width ?? 100, linear: flags.linear, timeScale, stream };
      return `${heading(report, width ?? 100, timeScale)}\n${formatTimeline(timeline, view)}`;
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

function heading(
  { orderId, order, timeline, version }: HistoryReport,
  width: number,
  timeScale: number,
): string {
  const { totalMs, activeMs, waitingMs, invocations, operations, retries } = timeline;
  const facts = [
    orderId,
    stateText(order, timeline.state),
    `${shortDuration(totalMs)} = ${shortDuration(activeMs)} active + ${shortDuration(waitingMs)} waiting`,
    `${invocations.length} ${invocations.length === 1 ? 'invocation' : 'invocations'}`,
    `${operations} of ${mostOperations} operations`,
    ...(retries > 0 ? [`${retries} ${retries === 1 ? 'retry' : 'retries'}`] : []),
    ...(version === undefined ? [] : [`version ${version}`]),
    ...(timeScale === 1 ? [] : [`waits pass ×${timeScale}`]),
  ];
  const lines = [''];
  for (const fact of facts) {
    const last = lines.at(-1) ?? '';
    const longer = last ? `${last} · ${fact}` : fact;
    if (longer.length <= width || !last) lines[lines.length - 1] = longer;
    else lines.push(fact);
  }
  const why = order?.failure
    ? `failed at ${order.failure.stage}: ${order.failure.message}`
    : timeline.error
      ? `${timeline.error.type}: ${timeline.error.message}`
      : '';
  return [...lines, ...(why ? [`${mark('failed', process.stdout)} ${why}`] : []), ''].join('\n');
}

/** The order's own status says more than its execution's, which succeeds also when the business says no. */
function stateText(order: Pick<OrderRecord, 'status'> | undefined, state: ExecutionState): string {
  if (state === 'succeeded') return order?.status ?? state;
  return state === 'running' && order ? `running, ${order.status}` : state;
}

/** The JSON of a history: its timeline, and with `--data` or `--view events` its events. */
export function historyData(report: HistoryReport, flags: HistoryFlags) {
  const { orderId, executionArn, version, timeline, events } = report;
  const detailed = flags.data || flags.view === 'events';
  return {
    orderId,
    executionArn,
    ...(version === undefined ? {} : { version }),
    ...timeline,
    ...(detailed ? { events: events.map(shown(flags)) } : {}),
  };
}

/** An event with no more in it than was asked for. */
function shown(flags: Pick<HistoryFlags, 'data' | 'personal'>) {
  return (event: HistoryEvent): HistoryEvent => {
    const { payload, ...rest } = event;
    if (!flags.data || payload === undefined) return rest;
    return { ...rest, payload: flags.personal ? payload : redact(payload) };
  };
}

/** Prints the events as they come until the execution ends. Having looked is success, whatever the end. */
export async function showFollowedHistory(
  target: Target,
  { orderId, executionArn }: { orderId: string; executionArn: string },
  flags: HistoryFlags,
): Promise<void> {
  const { signal, abort, release } = interruptible(flags.timeout);
  endOnBrokenPipe(abort);
  const show = shown(flags);
  let state: ExecutionState = 'running';
  const events: HistoryEvent[] = [];
  try {
    for await (const event of followHistory(target, executionArn, signal)) {
      events.push(event);
      state = endOf(event) ?? state;
      const told = show(event);
      process.stdout.write(
        flags.json
          ? line({ type: 'event', orderId, event: told })
          : eventLine(told, orderId, flags.data),
      );
    }
  } finally {
    release();
  }
  if (signal.reason === 'EPIPE') return;
  const exitCode = exitOfLook(signal);
  process.exitCode = exitCode;
  if (flags.json)
    process.stdout.write(line({ type: 'end', orderId, state, events: events.length, exitCode }));
  else if (exitCode !== 0) detached(orderId, exitCode);
  else {
    const totalMs = timelineOf(events, Date.now())?.totalMs ?? 0;
    process.stderr.write(
      `${dim(`${state} after ${shortDuration(totalMs)}: orders history ${orderId}`)}\n`,
    );
  }
}

function detached(orderId: string, exitCode: number): void {
  const why = exitCode === 124 ? '--timeout is reached' : 'Detached';
  process.stderr.write(
    `${why}; ${orderId} keeps running\n  ${dim(`orders history ${orderId} --follow`)}\n`,
  );
}

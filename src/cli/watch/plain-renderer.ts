/** Formats events of watched orders as lines with a timestamp and `key=value` facts, for pipes. */
import {
  type EndEvent,
  isViewEvent,
  type StepEvent,
  type StuckEvent,
  type SummaryEvent,
  type ViewEvent,
} from '../../orders/watch/events.ts';
import type { LogLineEvent } from '../../orders/watch/with-logs.ts';
import { formatPlainLine } from '../logs/log-lines.ts';
import { formatCompactDuration } from '../terminal/format-time.ts';
import type { ShownEvent } from './shown-event.ts';

/** Returns the event as a line, or undefined for an event that only views need. An event about all orders has `*` as its id. */
export function formatPlainEvent(event: ShownEvent): string | undefined {
  if (event.type === 'log') return formatPlainLine(event.entry).trimEnd();
  if (isViewEvent(event)) return undefined;
  const orderId = ('orderId' in event ? event.orderId : undefined) ?? '*';
  return `${event.ts} ${orderId} ${formatEventFacts(event)}`;
}

function formatEventFacts(event: Exclude<ShownEvent, ViewEvent | LogLineEvent>): string {
  switch (event.type) {
    case 'status':
      return `${event.to} elapsed=${formatCompactDuration(event.elapsedMs)}${formatFact('resumes', event.resumesAt)}`;
    case 'step':
      return formatStep(event);
    case 'wait':
      return `wait name=${event.step} state=${event.state}${formatFact('until', event.until)}`;
    case 'waiting': {
      const { provider, stage, attempt, nextAt, since } = event;
      const nextIn = formatCompactDuration(Date.parse(nextAt) - Date.parse(event.ts));
      return `waiting for=${provider} step=${stage} attempt=${attempt} next_in=${nextIn} since=${since}`;
    }
    case 'invocation': {
      const { n, tookMs, replayed, requestId, error } = event;
      const facts = `n=${n} took=${formatCompactDuration(tookMs)} replayed=${replayed}${formatFact('request', requestId)}`;
      return `invocation ${facts}${error ? formatFact('error', quoteError(error)) : ''}`;
    }
    case 'execution':
      return `execution status=${event.status}${formatReason(event.reason)}`;
    case 'paused':
      return `paused${formatReason(event.reason)}`;
    case 'resumed':
      return `resumed paused_for=${formatCompactDuration(event.pausedMs)}${formatReason(event.reason)}`;
    case 'stuck':
      return formatStuck(event);
    case 'heartbeat':
      return 'running' in event
        ? `heartbeat running=${event.running}${formatFact('paused', event.paused)}`
        : `heartbeat status=${event.status}${formatFact('resumes_in', formatTimeLeft(event))}${formatFact('paused_for', formatPausedTime(event))}`;
    case 'gap':
      return `gap reason=${JSON.stringify(event.reason)}`;
    case 'gap-end':
      return `gap-end lasted=${formatCompactDuration(event.lastedMs)} missed=${event.missed}`;
    case 'end':
      return 'orderId' in event ? formatEnd(event) : formatSummary(event);
  }
}

const formatFact = (name: string, value: string | number | undefined) =>
  value === undefined ? '' : ` ${name}=${value}`;

const quoteError = ({ type, message }: { readonly type: string; readonly message: string }) =>
  JSON.stringify(message || type);

function formatTimeLeft({ ts, resumesAt }: { readonly ts: string; readonly resumesAt?: string }) {
  return resumesAt && formatCompactDuration(Date.parse(resumesAt) - Date.parse(ts));
}

function formatPausedTime({
  ts,
  pausedSince,
}: {
  readonly ts: string;
  readonly pausedSince?: string;
}) {
  return pausedSince && formatCompactDuration(Date.parse(ts) - Date.parse(pausedSince));
}

const formatReason = (reason: string | undefined) =>
  formatFact('reason', reason === undefined ? undefined : JSON.stringify(reason));

function formatStep(event: StepEvent): string {
  const facts = `step name=${event.step} state=${event.state} attempt=${event.attempt}`;
  if (event.state === 'succeeded') return facts;
  const { retryInMs, error } = event;
  const retry = retryInMs === undefined ? '' : ` retry_in=${formatCompactDuration(retryInMs)}`;
  return `${facts}${retry} error=${quoteError(error)}`;
}

function formatStuck({ invocations, since, step, error }: StuckEvent): string {
  return `stuck invocations=${invocations} since=${since}${formatFact('step', step)} error=${quoteError(error)}`;
}

function formatSummary({ orders, endings, exitCode }: SummaryEvent): string {
  const counts = Object.entries(endings).map(([ending, count]) => `${ending}=${count}`);
  return ['end', `orders=${orders}`, ...counts, `exit=${exitCode}`].join(' ');
}

function formatEnd(event: EndEvent): string {
  const { failure, error, warnings = [] } = event;
  const facts = [
    `status=${event.status}`,
    `elapsed=${formatCompactDuration(event.elapsedMs)}`,
    `exit=${event.exitCode}`,
    ...(failure ? [`stage=${failure.stage}`, `code=${failure.code}`] : []),
    ...(failure ? [`message=${JSON.stringify(failure.message)}`] : []),
    ...(error ? [`error=${JSON.stringify(error)}`] : []),
    ...activityFacts(event),
    ...warnings.map(({ stage, message }) => `warning=${JSON.stringify(`${stage}: ${message}`)}`),
  ];
  return `end ${facts.join(' ')}`;
}

function activityFacts({ activeMs, waitMs, invocations, attempts = {} }: EndEvent): string[] {
  if (activeMs === undefined || waitMs === undefined) return [];
  return [
    `active=${formatCompactDuration(activeMs)}`,
    `waited=${formatCompactDuration(waitMs)}`,
    `invocations=${invocations}`,
    ...Object.entries(attempts).map(([step, count]) => `attempts=${step}:${count}`),
  ];
}

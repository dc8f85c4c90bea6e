/** Watched orders as lines for pipes: one timestamped fact each. */
import {
  type EndEvent,
  type InnerEvent,
  isInner,
  type StepEvent,
  type StuckEvent,
  type SummaryEvent,
} from '../../orders/watch/events.ts';
import type { LogLineEvent } from '../../orders/watch/with-logs.ts';
import { plainLine as plainLogLine } from '../logs/log-lines.ts';
import { formatDuration } from '../terminal/format-time.ts';
import type { ShownEvent } from './shown-event.ts';

/** An event as a plain line; what is for views has none. What is about several orders has `*` in the place of the id. */
export function plainLine(event: ShownEvent): string | undefined {
  if (event.type === 'log') return plainLogLine(event.entry).trimEnd();
  if (isInner(event)) return undefined;
  const orderId = ('orderId' in event ? event.orderId : undefined) ?? '*';
  return `${event.ts} ${orderId} ${plainFacts(event)}`;
}

function plainFacts(event: Exclude<ShownEvent, InnerEvent | LogLineEvent>): string {
  switch (event.type) {
    case 'status':
      return `${event.to} elapsed=${compact(event.elapsedMs)}${fact('resumes', event.resumesAt)}`;
    case 'step':
      return plainStep(event);
    case 'wait':
      return `wait name=${event.step} state=${event.state}${fact('until', event.until)}`;
    case 'invocation': {
      const { n, tookMs, replayed, requestId, error } = event;
      const facts = `n=${n} took=${compact(tookMs)} replayed=${replayed}${fact('request', requestId)}`;
      return `invocation ${facts}${error ? fact('error', quoted(error)) : ''}`;
    }
    case 'stuck':
      return plainStuck(event);
    case 'heartbeat':
      return 'running' in event
        ? `heartbeat running=${event.running}`
        : `heartbeat status=${event.status}${fact('resumes_in', untilText(event))}`;
    case 'gap':
      return `gap reason=${JSON.stringify(event.reason)}`;
    case 'gap-end':
      return `gap-end lasted=${compact(event.lastedMs)} missed=${event.missed}`;
    case 'end':
      return 'orderId' in event ? plainEnd(event) : plainSummary(event);
  }
}

const fact = (name: string, value: string | number | undefined) =>
  value === undefined ? '' : ` ${name}=${value}`;

const quoted = ({ type, message }: { readonly type: string; readonly message: string }) =>
  JSON.stringify(message || type);

function untilText({ ts, resumesAt }: { readonly ts: string; readonly resumesAt?: string }) {
  return resumesAt && compact(Date.parse(resumesAt) - Date.parse(ts));
}

function plainStep(event: StepEvent): string {
  const about = `step name=${event.step} state=${event.state} attempt=${event.attempt}`;
  if (event.state === 'succeeded') return about;
  const { retryInMs, error } = event;
  const retry = retryInMs === undefined ? '' : ` retry_in=${compact(retryInMs)}`;
  return `${about}${retry} error=${quoted(error)}`;
}

function plainStuck({ invocations, since, step, error }: StuckEvent): string {
  return `stuck invocations=${invocations} since=${since}${fact('step', step)} error=${quoted(error)}`;
}

function plainSummary({ orders, endings, exitCode }: SummaryEvent): string {
  const counts = Object.entries(endings).map(([ending, count]) => `${ending}=${count}`);
  return ['end', `orders=${orders}`, ...counts, `exit=${exitCode}`].join(' ');
}

function plainEnd(event: EndEvent): string {
  const { failure, error, warnings = [] } = event;
  const facts = [
    `status=${event.status}`,
    `elapsed=${compact(event.elapsedMs)}`,
    `exit=${event.exitCode}`,
    ...(failure ? [`stage=${failure.stage}`, `code=${failure.code}`] : []),
    ...(failure ? [`message=${JSON.stringify(failure.message)}`] : []),
    ...(error ? [`error=${JSON.stringify(error)}`] : []),
    ...workFacts(event),
    ...warnings.map(({ stage, message }) => `warning=${JSON.stringify(`${stage}: ${message}`)}`),
  ];
  return `end ${facts.join(' ')}`;
}

function workFacts({ activeMs, waitMs, invocations, attempts = {} }: EndEvent): string[] {
  if (activeMs === undefined || waitMs === undefined) return [];
  return [
    `active=${compact(activeMs)}`,
    `waited=${compact(waitMs)}`,
    `invocations=${invocations}`,
    ...Object.entries(attempts).map(([step, count]) => `attempts=${step}:${count}`),
  ];
}

const compact = (ms: number) => formatDuration(ms).replaceAll(' ', '');

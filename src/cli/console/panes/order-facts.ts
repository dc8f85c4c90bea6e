/** Why an order is in its state: its failure, its waits, its undos and its warnings. */
import type { OrderDetail } from '../../../orders/console/order-detail.ts';
import { redact } from '../../../orders/lookup/redact.ts';
import { describeActivity, type LiveOrder, type OrderFormat } from '../../../views/live-order.tsx';
import { currentWaitEnd } from '../../../workflow/waits.ts';
import { formatReview, formatUndo } from '../../orders/get-text.ts';
import { formatProviderWait } from '../../terminal/format-provider-wait.ts';
import { formatAge, formatPreciseLocalTime } from '../../terminal/format-time.ts';
import type { TextStyle } from '../../terminal/output-guard.ts';
import type { PaneInput } from '../types.ts';
import { type Fact, formatFact } from './pane-lines.ts';

interface FactOptions {
  readonly input: PaneInput;
  readonly shown: LiveOrder;
  readonly format: OrderFormat;
}

/** Returns the facts of an order, the most important first. */
export function formatFacts(detail: OrderDetail, options: FactOptions): string[] {
  const { input, shown, format } = options;
  const activity = describeActivity(shown, format, input.now);
  const facts = [
    ...failureFacts(detail),
    ...stateFacts(detail, { ...options, activity }),
    ...waitFacts(detail, options),
    ...recordFacts(detail, input),
    ...fact('execution', activity.facts, 'dim'),
  ];
  const hide = (text: string) => (input.showsPersonal ? text : redact(text));
  return facts.flatMap((shownFact) =>
    formatFact({ ...shownFact, text: hide(shownFact.text) }, input),
  );
}

/** Returns a fact, or nothing if there is no text. */
const fact = (name: string, text: string | undefined, style?: TextStyle): Fact[] =>
  text ? [{ name, text, style }] : [];

function failureFacts({ view }: OrderDetail): Fact[] {
  const { order, execution } = view ?? {};
  const { failure, flagged } = order ?? {};
  const reason = failure && `at ${failure.stage}: ${failure.message} (${failure.code})`;
  const delivery = flagged ? 'it failed at or after its hand-over, so nothing was undone' : '';
  return [
    ...fact('✗ failed', reason ?? execution?.error, 'red'),
    ...fact('! flagged', delivery, 'red'),
  ];
}

/** Returns why the execution does not continue at the moment. */
function stateFacts(
  { view }: OrderDetail,
  { shown, activity }: FactOptions & { readonly activity: ReturnType<typeof describeActivity> },
): Fact[] {
  const { stuck, paused, retry } = activity;
  const { executionStatus } = shown;
  return [
    ...fact('! stuck', stuck, 'red'),
    ...fact('‖ paused', paused?.replace('paused ', ''), 'yellow'),
    ...fact('execution', executionStatus && `is ${executionStatus}`, 'yellow'),
    ...fact('retry', view?.waitingFor ? undefined : retry, 'yellow'),
  ];
}

/** Returns the wait for a provider or for a review. The view of the workflow shows the other waits. */
function waitFacts({ view }: OrderDetail, { input, format }: FactOptions): Fact[] {
  const { now, timeScale } = input;
  const { order, waitingFor } = view ?? {};
  const { status, review } = order ?? {};
  const time = (at: string) => `${formatClock(at, now)}, ${formatAge(now - Date.parse(at))} ago`;
  const ends = order && status === 'awaiting-review' ? currentWaitEnd(order, timeScale) : undefined;
  const left = ends !== undefined && ends > now ? `, in ${format.format(ends - now)}` : ', due';
  const end =
    ends === undefined ? '' : `; rejected without a decision at ${format.clock(ends)}${left}`;
  return [
    ...fact('review', review && `${formatReview(review, time)}${end}`, 'yellow'),
    ...fact(
      'waiting',
      waitingFor &&
        `${formatProviderWait(waitingFor, now).replace('waiting ', '')}, since ${time(waitingFor.since)}`,
      'yellow',
    ),
  ];
}

function recordFacts({ view }: OrderDetail, { now }: PaneInput): Fact[] {
  const { order } = view ?? {};
  if (!order) return [];
  const { cancelRequested, undos = [], warnings = [], retryOf, retriedAs = [] } = order;
  const cancel = cancelRequested && [
    `requested ${formatAge(now - Date.parse(cancelRequested.at))} ago`,
    ...(cancelRequested.reason ? [cancelRequested.reason] : []),
  ];
  return [
    ...fact('cancel', cancel?.join(': '), 'yellow'),
    ...undos.flatMap((undo) => {
      const [name, style] =
        undo.outcome === 'failed' ? (['✗ undo', 'red'] as const) : (['↶ undo', 'yellow'] as const);
      return fact(name, formatUndo(undo, order), style);
    }),
    ...warnings.flatMap(({ stage, message }) =>
      fact('! warning', `${stage}: ${message}`, 'yellow'),
    ),
    ...fact('retry of', retryOf),
    ...fact('retried as', retriedAs.join(', ')),
  ];
}

/** Formats a time in the local time zone with tenths of a second, with the date unless it is today. */
export const formatClock = (at: string, now: number) => formatPreciseLocalTime(at, new Date(now));

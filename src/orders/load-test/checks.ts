/** Checks that every load test must pass. Pure. */
import { creditCheckLimitText } from '../../../functions/contract/credit-check.ts';
import type { OrderItem } from '../../../functions/contract/order.ts';
import { countBy } from '../../workflow/count-by.ts';
import { findBackwardTransition } from '../../workflow/path.ts';
import { isTerminalExecution } from '../lookup/execution-status.ts';
import { type Check, type CheckFailure, createCheck } from './check-result.ts';
import { formatExpectedOutcome } from './expected-outcome.ts';
import { hasEnded, type ObservedOrder } from './observed-orders.ts';
import { checkSideEffects, sideEffectsNotChecked } from './side-effect-checks.ts';
import type { SideEffectSnapshot } from './side-effects.ts';

export interface CheckOptions {
  /** Whether orders may still be running, because the test ended early or follows them only to a status. */
  readonly isPartial: boolean;
  /** Absent if the side effects were not read. */
  readonly sideEffects?: SideEffectSnapshot | undefined;
}

/** Runs all checks for the submitted orders. */
export function runChecks(
  orders: readonly ObservedOrder[],
  { isPartial, sideEffects }: CheckOptions,
): Check[] {
  const submitted = orders.filter(({ submittedAt }) => submittedAt !== undefined);
  const accepted = submitted.filter(({ acceptedMs }) => acceptedMs !== undefined);
  return [
    checkAccepted(submitted),
    checkEndings(accepted, isPartial),
    checkNotLost(accepted, isPartial),
    checkNotDuplicated(accepted),
    checkOwnData(accepted),
    checkTransitions(accepted),
    checkCreditChecks(accepted),
    ...(sideEffects ? checkSideEffects(accepted, sideEffects) : sideEffectsNotChecked),
  ];
}

function checkAccepted(submitted: readonly ObservedOrder[]): Check {
  const failures = findFailures(
    submitted,
    ({ error }) => error && `${error.name}: ${error.message}`,
  );
  const accepted = submitted.length - failures.length;
  return createCheck('accepted', failures, `${accepted} of ${submitted.length}`);
}

function checkEndings(accepted: readonly ObservedOrder[], isPartial: boolean): Check {
  const failures = findFailures(accepted, (order) => describeWrongEnding(order, isPartial));
  const correct = accepted.filter(
    (order) => hasEnded(order) && !describeWrongEnding(order, isPartial),
  );
  const completed = correct.filter(({ expected }) => expected.status === 'completed').length;
  const running = isPartial ? accepted.filter((order) => !hasEnded(order)) : [];
  const waiting = countBy(
    running.flatMap(({ record }) => record?.waitingFor?.provider ?? []),
    (provider) => provider,
  );
  const counts = [
    ...(completed > 0 || correct.length === 0 ? [`${completed} completed`] : []),
    ...(correct.length > completed ? [`${correct.length - completed} failed as expected`] : []),
    ...(running.length > 0 ? [`${running.length} still running`] : []),
    ...[...waiting].map(([provider, count]) => `${count} of them waiting for ${provider}`),
  ];
  return createCheck('ended', failures, counts.join(', '));
}

/** Describes how an order's ending differs from its expected outcome; undefined if it does not. */
function describeWrongEnding(order: ObservedOrder, isPartial: boolean): string | undefined {
  const { record, expected, executions } = order;
  const expectedEnding = formatExpectedOutcome(expected);
  if (!hasEnded(order)) {
    if (isPartial) return undefined;
    return `is ${record?.status ?? 'missing'} and does not end; should be ${expectedEnding}`;
  }
  const { status, failure, warnings = [] } = record ?? {};
  const ending = failure ? `${status} at ${failure.stage} (${failure.code})` : status;
  if (ending !== expectedEnding) return `is ${ending}; should be ${expectedEnding}`;
  const missing = expected.warnings.find(
    (stage) => !warnings.some((warning) => warning.stage === stage),
  );
  if (missing) return `${ending} without the warning about ${missing}`;
  const unexpected = warnings.find(({ stage }) => !expected.warnings.includes(stage));
  if (unexpected) return `${ending} with a warning about ${unexpected.stage}`;
  const execution = executions.find(
    (candidate) => isTerminalExecution(candidate.status) || !isPartial,
  );
  if (!execution || execution.status === expected.execution) return undefined;
  return `${status}, but its execution is ${execution.status}`;
}

function checkNotLost(accepted: readonly ObservedOrder[], isPartial: boolean): Check {
  const failures = findFailures(accepted, ({ record, executions }) => {
    const hasExecution = executions.length > 0;
    // An execution that has just started has not written its item yet.
    if (!record && !(isPartial && hasExecution)) {
      return hasExecution ? 'has no item' : 'has neither item nor execution';
    }
    return hasExecution ? undefined : 'has no execution';
  });
  const items = accepted.filter(({ record }) => record).length;
  const executions = accepted.reduce((sum, order) => sum + order.executions.length, 0);
  const counts = [`${accepted.length} submitted`, `${items} items`, `${executions} executions`];
  const separator = items === accepted.length && executions === items ? ' = ' : ', ';
  return createCheck('not-lost', failures, counts.join(separator));
}

function checkNotDuplicated(accepted: readonly ObservedOrder[]): Check {
  const knownIds = new Set<string>();
  const knownArns = new Set<string>();
  const failures = findFailures(accepted, ({ orderId, executions, record }) => {
    if (knownIds.has(orderId)) return 'is the id of two orders';
    knownIds.add(orderId);
    const arns = new Set([...executions.map(({ arn }) => arn), record?.executionArn ?? []].flat());
    if (executions.length > 1) return `has ${executions.length} executions`;
    if (arns.size > 1) return 'its item names the execution of another order';
    const isShared = [...arns].some((arn) => knownArns.has(arn));
    for (const arn of arns) knownArns.add(arn);
    return isShared ? 'shares its execution with another order' : undefined;
  });
  const arns = accepted.flatMap(({ executions }) => executions.map(({ arn }) => arn));
  const detail = `${knownIds.size} distinct ids, ${new Set(arns).size} distinct executions`;
  return createCheck('not-doubled', failures, detail);
}

function checkOwnData(accepted: readonly ObservedOrder[]): Check {
  const failures = findFailures(accepted, ({ record, order, total }) => {
    if (!record) return undefined;
    const differences = [
      ...(record.total === total ? [] : [`total ${record.total}, submitted ${total}`]),
      ...(record.customerId === order.customerId
        ? []
        : [`customer ${record.customerId}, submitted ${order.customerId}`]),
      // The address is personal data, so the message does not contain it.
      ...(record.customerEmail === order.customerEmail ? [] : ['another e-mail address']),
      ...(hasSameItems(record.items, order.items) ? [] : ['other lines than submitted']),
    ];
    return differences.length > 0 ? differences.join('; ') : undefined;
  });
  const items = accepted.filter(({ record }) => record).length;
  return createCheck(
    'own-data',
    failures,
    `${items - failures.length} of ${items} orders are as submitted`,
  );
}

function hasSameItems(
  actual: readonly OrderItem[] | undefined,
  submitted: readonly OrderItem[],
): boolean {
  const serialize = (items: readonly OrderItem[]) =>
    JSON.stringify(
      items.map(({ productId, name, quantity, price }) => [productId, name, quantity, price]),
    );
  return Array.isArray(actual) && serialize(actual) === serialize(submitted);
}

function checkTransitions(accepted: readonly ObservedOrder[]): Check {
  const failures = findFailures(accepted, describeIllegalTransition);
  const items = accepted.filter(({ record }) => record).length;
  return createCheck(
    'transitions',
    failures,
    `${items - failures.length} of ${items} orders have only legal transitions`,
  );
}

function describeIllegalTransition(order: ObservedOrder): string | undefined {
  const { orderId, record } = order;
  if (!record) return undefined;
  const { executionArn = '' } = record;
  if (executionArn.split('/').at(-2) !== orderId) {
    return 'was written by the execution of another order';
  }
  return findBackwardTransition(record) ?? describeDeviation(order);
}

/** Describes where an order left the path to its expected ending. Another check reports a wrong ending. */
function describeDeviation({ record, expected }: ObservedOrder): string | undefined {
  const { status, transitions = [], failure } = record ?? {};
  const hasWrongEnding =
    hasEnded({ record }) && (status !== expected.status || failure?.stage !== expected.stage);
  if (hasWrongEnding) return undefined;
  const actual = transitions.map((transition) => transition.status);
  const skipped = expected.statuses.find((expectedStatus) => !actual.includes(expectedStatus));
  if (status === expected.status && skipped) return `is ${status} and was never ${skipped}`;
  const index = actual.findIndex((value, position) => value !== expected.statuses[position]);
  return index < 0 ? undefined : `was ${actual[index]} too early`;
}

function checkCreditChecks(accepted: readonly ObservedOrder[]): Check {
  const isRecorded = ({ record }: ObservedOrder) =>
    record?.transitions?.some(({ status }) => status === 'credit-checked') ?? false;
  const failures = findFailures(accepted, (order) => {
    const { creditChecked } = order.expected;
    if (isRecorded(order) && !creditChecked) return `${order.total} was credit-checked`;
    // The check of a running order may follow later.
    const isMissing = creditChecked && hasEnded(order) && !isRecorded(order);
    return isMissing ? `${order.total} was not credit-checked` : undefined;
  });
  const recorded = accepted.filter(isRecorded).length;
  const required = accepted.filter(({ expected }) => expected.creditChecked).length;
  return createCheck(
    'credit-check',
    failures,
    `${recorded} of ${required} required (total over ${creditCheckLimitText})`,
  );
}

/** Returns a failure for each order that `describe` has a message for. */
function findFailures(
  orders: readonly ObservedOrder[],
  describe: (order: ObservedOrder) => string | undefined,
): CheckFailure[] {
  return orders.flatMap((order) => {
    const message = describe(order);
    return message === undefined ? [] : [{ orderId: order.orderId, message }];
  });
}

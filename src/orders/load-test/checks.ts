/** What must be true of every load test. Pure. */
import type { OrderItem } from '../../../functions/contract/order.ts';
import { wentBack } from '../../workflow/path.ts';
import { type Check, check, type Fault } from './check-result.ts';
import { describeExpected } from './expected-outcome.ts';
import { hasEnded, type ObservedOrder } from './observed-orders.ts';
import { judgeLedger, ledgerUnread } from './side-effect-checks.ts';
import type { Ledger } from './side-effects.ts';

export interface JudgeOptions {
  /** Whether nobody waited until all had ended. */
  readonly isPartial: boolean;
  /** What is in the books; absent where nobody looked. */
  readonly ledger?: Ledger | undefined;
}

/** Judges the orders that were submitted. */
export function judge(
  orders: readonly ObservedOrder[],
  { isPartial, ledger }: JudgeOptions,
): Check[] {
  const submitted = orders.filter(({ submittedAt }) => submittedAt !== undefined);
  const accepted = submitted.filter(({ acceptedMs }) => acceptedMs !== undefined);
  return [
    acceptance(submitted),
    ends(accepted, isPartial),
    losses(accepted, isPartial),
    doubles(accepted),
    ownData(accepted),
    legalTransitions(accepted),
    creditChecks(accepted),
    ...(ledger ? judgeLedger(accepted, ledger) : ledgerUnread),
  ];
}

function acceptance(submitted: readonly ObservedOrder[]): Check {
  const faults = faultsOf(submitted, ({ error }) => error && `${error.name}: ${error.message}`);
  const accepted = submitted.length - faults.length;
  return check('accepted', faults, `${accepted} of ${submitted.length}`);
}

function ends(accepted: readonly ObservedOrder[], isPartial: boolean): Check {
  const faults = faultsOf(accepted, (order) => wrongEnd(order, isPartial));
  const good = accepted.filter((each) => hasEnded(each) && !wrongEnd(each, isPartial));
  const completed = good.filter(({ expected }) => expected.status === 'completed').length;
  const running = isPartial ? accepted.filter((each) => !hasEnded(each)).length : 0;
  const counts = [
    ...(completed > 0 || good.length === 0 ? [`${completed} completed`] : []),
    ...(good.length > completed ? [`${good.length - completed} failed where they must`] : []),
    ...(running > 0 ? [`${running} still running`] : []),
  ];
  return check('ended', faults, counts.join(', '));
}

/** How an order's end differs from the one that its payload asks for. */
function wrongEnd(order: ObservedOrder, isPartial: boolean): string | undefined {
  const { record, expected, executions } = order;
  const wanted = describeExpected(expected);
  if (!hasEnded(order)) {
    if (isPartial) return undefined;
    return `is ${record?.status ?? 'not there'} and does not end; should be ${wanted}`;
  }
  const { status, failure, warnings = [] } = record ?? {};
  const is = failure ? `${status} at ${failure.stage} (${failure.code})` : status;
  if (is !== wanted) return `is ${is}; should be ${wanted}`;
  const missing = expected.warnings.find((stage) => !warnings.some((each) => each.stage === stage));
  if (missing) return `${is} without the warning of ${missing}`;
  const extra = warnings.find(({ stage }) => !expected.warnings.includes(stage));
  if (extra) return `${is} with a warning of ${extra.stage}`;
  const closed = executions.find((each) => each.status !== 'RUNNING' || !isPartial);
  if (!closed || closed.status === expected.execution) return undefined;
  return `${status}, while its execution is ${closed.status}`;
}

function losses(accepted: readonly ObservedOrder[], isPartial: boolean): Check {
  const faults = faultsOf(accepted, ({ record, executions }) => {
    const hasExecution = executions.length > 0;
    // An execution that has just begun has not written its order yet.
    if (!record && !(isPartial && hasExecution)) {
      return hasExecution ? 'has no row' : 'has neither row nor execution';
    }
    return hasExecution ? undefined : 'has no execution';
  });
  const rows = accepted.filter(({ record }) => record).length;
  const executions = accepted.reduce((sum, each) => sum + each.executions.length, 0);
  const counts = [`${accepted.length} submitted`, `${rows} rows`, `${executions} executions`];
  const joint = rows === accepted.length && executions === rows ? ' = ' : ', ';
  return check('not-lost', faults, counts.join(joint));
}

function doubles(accepted: readonly ObservedOrder[]): Check {
  const seen = new Set<string>();
  const owned = new Set<string>();
  const faults = faultsOf(accepted, ({ orderId, executions, record }) => {
    if (seen.has(orderId)) return 'is the id of two orders';
    seen.add(orderId);
    const arns = new Set([...executions.map(({ arn }) => arn), record?.executionArn ?? []].flat());
    if (executions.length > 1) return `has ${executions.length} executions`;
    if (arns.size > 1) return 'its row names an execution that is not its own';
    const isShared = [...arns].some((arn) => owned.has(arn));
    for (const arn of arns) owned.add(arn);
    return isShared ? 'shares its execution with another order' : undefined;
  });
  const arns = accepted.flatMap(({ executions }) => executions.map(({ arn }) => arn));
  const detail = `${seen.size} distinct ids, ${new Set(arns).size} distinct executions`;
  return check('not-doubled', faults, detail);
}

function ownData(accepted: readonly ObservedOrder[]): Check {
  const faults = faultsOf(accepted, ({ record, order, total }) => {
    if (!record) return undefined;
    const differs = [
      ...(record.total === total ? [] : [`total ${record.total}, submitted ${total}`]),
      ...(record.customerId === order.customerId
        ? []
        : [`customer ${record.customerId}, submitted ${order.customerId}`]),
      // Personal data: that it differs is told, not what it is.
      ...(record.customerEmail === order.customerEmail ? [] : ['another e-mail address']),
      ...(sameLines(record.items, order.items) ? [] : ['other lines than submitted']),
    ];
    return differs.length > 0 ? differs.join('; ') : undefined;
  });
  const rows = accepted.filter(({ record }) => record).length;
  return check('own-data', faults, `${rows - faults.length} of ${rows} orders are as submitted`);
}

function sameLines(found: readonly OrderItem[] | undefined, own: readonly OrderItem[]): boolean {
  const text = (items: readonly OrderItem[]) =>
    JSON.stringify(
      items.map(({ productId, name, quantity, price }) => [productId, name, quantity, price]),
    );
  return Array.isArray(found) && text(found) === text(own);
}

function legalTransitions(accepted: readonly ObservedOrder[]): Check {
  const faults = faultsOf(accepted, illegalTransition);
  const rows = accepted.filter(({ record }) => record).length;
  return check(
    'transitions',
    faults,
    `${rows - faults.length} of ${rows} orders went forward only`,
  );
}

function illegalTransition(order: ObservedOrder): string | undefined {
  const { orderId, record } = order;
  if (!record) return undefined;
  const { executionArn = '' } = record;
  if (executionArn.split('/').at(-2) !== orderId) return 'was written by the execution of another';
  return wentBack(record) ?? stray(order);
}

/** Where an order left the way to its expected end; one that ended elsewhere is another check's. */
function stray({ record, expected }: ObservedOrder): string | undefined {
  const { status, transitions = [], failure } = record ?? {};
  const endedElsewhere =
    hasEnded({ record }) && (status !== expected.status || failure?.stage !== expected.stage);
  if (endedElsewhere) return undefined;
  const found = transitions.map((each) => each.status);
  const skipped = expected.statuses.find((each) => !found.includes(each));
  if (status === expected.status && skipped) return `is ${status} and was never ${skipped}`;
  const index = found.findIndex((each, place) => each !== expected.statuses[place]);
  return index < 0 ? undefined : `was ${found[index]} before its turn`;
}

function creditChecks(accepted: readonly ObservedOrder[]): Check {
  const isRecorded = ({ record }: ObservedOrder) =>
    record?.transitions?.some(({ status }) => status === 'credit-checked') ?? false;
  const faults = faultsOf(accepted, (order) => {
    const { creditChecked } = order.expected;
    if (isRecorded(order) && !creditChecked) return `${order.total} was credit-checked`;
    // Until it has ended, the check may be yet to come.
    const isMissing = creditChecked && hasEnded(order) && !isRecorded(order);
    return isMissing ? `${order.total} was not credit-checked` : undefined;
  });
  const recorded = accepted.filter(isRecorded).length;
  const due = accepted.filter(({ expected }) => expected.creditChecked).length;
  return check('credit-check', faults, `${recorded} recorded, of ${due} due over $1000`);
}

function faultsOf(
  orders: readonly ObservedOrder[],
  wrong: (order: ObservedOrder) => string | undefined,
): Fault[] {
  return orders.flatMap((order) => {
    const message = wrong(order);
    return message === undefined ? [] : [{ orderId: order.orderId, message }];
  });
}

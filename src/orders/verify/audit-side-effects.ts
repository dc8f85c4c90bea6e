/** Compares the payments, stock and points of an order with its record. Pure. */

import type { OrderRecord, Reservation } from '../../../functions/contract/api.ts';
import {
  type ExpectedSideEffects,
  expectedSideEffects,
} from '../../../functions/contract/expected-side-effects.ts';
import { totalMinor } from '../../../functions/contract/order.ts';
import { paymentKey } from '../../../functions/contract/tables.ts';
import { formatMoney } from '../../workflow/money.ts';
import { type Mismatch, needsDecision, repairable } from './mismatch.ts';
import type { OrderSideEffects } from './order-side-effects.ts';

export interface AuditScope {
  /** Whether the payments are in the stack's table; those at an external provider are not verified. */
  readonly payments: boolean;
}

/**
 * Lists the side effects that contradict the record. For a running order only impossible ones are reported; a flagged order
 * is left to a person.
 */
export function auditSideEffects(
  sideEffects: OrderSideEffects,
  { payments }: AuditScope,
): Mismatch[] {
  const expected = expectedSideEffects(sideEffects.record);
  return [
    ...(payments ? auditPayments(sideEffects, expected) : []),
    ...(expected
      ? [...auditReservation(sideEffects, expected), ...auditPoints(sideEffects, expected)]
      : []),
  ];
}

const formatMinor = (minor: number) => formatMoney(minor / 100);

function auditPayments(
  sideEffects: OrderSideEffects,
  expected: ExpectedSideEffects | undefined,
): Mismatch[] {
  const { orderId, record } = sideEffects;
  const charged = sideEffects.payments.filter(({ state }) => state === 'charged');
  const chargeCount = Math.max(charged.length, netCharges(sideEffects));
  if (chargeCount > 1) {
    const keys = charged.map(({ key }) => key).join(', ');
    const found =
      charged.length > 1
        ? `${charged.length} payments are charged (${keys})`
        : `the provider charged it ${chargeCount} times`;
    return [repairable('charged-twice', orderId, `${found}; at most one is due`)];
  }
  const dueMinor = paymentDue(record, expected);
  if (dueMinor === undefined) return [];
  return dueMinor === 'none'
    ? auditUndueCharge(sideEffects, chargeCount)
    : auditDuePayment(sideEffects, dueMinor);
}

/** The payment that must exist (minor units); undefined while either is possible. */
function paymentDue(
  record: OrderRecord,
  expected: ExpectedSideEffects | undefined,
): number | 'none' | undefined {
  // Nothing is refunded after the hand-over, so a shipped order is paid.
  if (record.status === 'shipped' && !record.flagged)
    return totalMinor({ items: [...record.items] });
  if (record.status === 'completed') return expected?.paidMinor;
  return expected && 'none';
}

function auditUndueCharge(
  { orderId, record, payments }: OrderSideEffects,
  chargeCount: number,
): Mismatch[] {
  if (chargeCount === 0) return [];
  const payment = payments.find(({ state }) => state === 'charged');
  const amount = payment ? formatMinor(payment.amountMinor) : 'its total';
  return [repairable('charged-unduly', orderId, `${record.status}, but ${amount} is charged`)];
}

function auditDuePayment(
  { orderId, record, payments }: OrderSideEffects,
  dueMinor: number,
): Mismatch[] {
  const payment = payments.find(({ state }) => state === 'charged');
  if (!payment) {
    const state = payments.find(({ key }) => key === paymentKey(orderId))?.state;
    const reason = state === undefined ? 'it has no payment' : `its payment is ${state}`;
    return [needsDecision('unpaid', orderId, `${record.status}, but ${reason}`)];
  }
  if (payment.amountMinor === dueMinor) return [];
  const message = `${formatMinor(payment.amountMinor)} is charged, but its total is ${formatMinor(dueMinor)}`;
  return [needsDecision('wrong-amount', orderId, message)];
}

/** Charges minus refunds in the provider's log; the log of an external provider is empty. */
function netCharges({ calls }: OrderSideEffects): number {
  const count = (name: string) => calls.filter(({ call }) => call === name).length;
  return count('charge') - count('refund');
}

/**
 * Returns the state of an order's stock according to the log of calls. Every entry was written in the same transaction as the
 * stock movement.
 */
export function loggedReservation({
  calls,
}: Pick<OrderSideEffects, 'calls'>): Reservation | undefined {
  let reservation: Reservation | undefined;
  for (const { call } of calls) reservation = reservationByCall[call] ?? reservation;
  return reservation;
}

/** Returns the units of the order's reservation by the log of its calls; undefined if all are from shards 0. */
export function loggedUnits({
  calls,
}: Pick<OrderSideEffects, 'calls'>): OrderRecord['reservedFrom'] {
  return calls.find(({ call }) => call === 'reserve-inventory')?.reservedFrom;
}

const reservationByCall: Readonly<Record<string, Reservation | undefined>> = {
  'reserve-inventory': 'held',
  'release-inventory': 'released',
  'hand-over-inventory': 'handed-over',
};

function auditReservation(
  sideEffects: OrderSideEffects,
  expected: ExpectedSideEffects,
): Mismatch[] {
  const { orderId, record } = sideEffects;
  const { reservation, status } = record;
  if (expected.reservations.includes(reservation)) return [];
  const units = record.items.reduce((sum, { quantity }) => sum + quantity, 0);
  if (reservation === 'held') {
    const message = `${status}, but still holds ${units} ${units === 1 ? 'unit' : 'units'}`;
    return [repairable('leaked-reservation', orderId, message)];
  }
  const message = `${status}, but its stock is ${reservation ?? 'not reserved'}`;
  const [due] = expected.reservations;
  // If the log shows the expected state, no stock has to move: only the record is wrong.
  const isLogged = expected.reservations.includes(loggedReservation(sideEffects));
  const isOnlyRecordWrong = isLogged && due !== undefined;
  const create = isOnlyRecordWrong ? repairable : needsDecision;
  return [create('wrong-reservation', orderId, message)];
}

function auditPoints(
  { orderId, record, points }: OrderSideEffects,
  expected: ExpectedSideEffects,
): Mismatch[] {
  if (expected.points.includes(points ?? 0)) return [];
  const [due = 0] = expected.points;
  if (points === undefined) {
    const message = `completed, but the ${due} points of ${record.customerId} are missing`;
    return [repairable('missing-points', orderId, message)];
  }
  const message = `${record.status}, credited with ${points} points instead of ${due}`;
  return [repairable('wrong-points', orderId, message)];
}

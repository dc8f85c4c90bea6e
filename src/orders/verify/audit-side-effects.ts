/** What must be true of an order's payments, stock and points, given its row. Pure. */
import type { Reservation } from '../../../functions/contract/api.ts';
import { type Due, dueOf, paymentKey } from '../../../functions/contract/expected-side-effects.ts';
import { totalMinor } from '../../../functions/contract/order.ts';
import { type Mismatch, mendable, undecided } from './mismatch.ts';
import type { OrderBooks } from './order-side-effects.ts';

export interface Judged {
  /** Whether the payments are in the books: those of a provider outside are not. */
  readonly payments: boolean;
}

/**
 * What contradicts each other in the books of one order. Of an order on its way only what can never be true is judged;
 * a flagged one is for a person to look at.
 */
export function auditBooks(books: OrderBooks, { payments }: Judged): Mismatch[] {
  const due = dueOf(books.record);
  return [
    ...(payments ? auditPayments(books, due) : []),
    ...(due ? [...auditReservation(books, due), ...auditPoints(books, due)] : []),
  ];
}

const money = (minor: number) => `$${(minor / 100).toFixed(2)}`;

function auditPayments(books: OrderBooks, due: Due | undefined): Mismatch[] {
  const { orderId, record } = books;
  const charged = books.payments.filter(({ state }) => state === 'charged');
  const times = Math.max(charged.length, netCharges(books));
  if (times > 1) {
    const told =
      charged.length > 1
        ? `${charged.length} payments stand (${charged.map(({ key }) => key).join(', ')})`
        : `its provider charged it ${times} times`;
    return [mendable('charged-twice', orderId, `${told}; one is due at most`)];
  }
  // From its hand-over on, nothing is given back.
  const isShipped = record.status === 'shipped' && !record.flagged;
  const dueMinor = due?.paidMinor ?? (isShipped ? totalMinor({ items: [...record.items] }) : 0);
  if (due === undefined && !isShipped) return [];
  const [payment] = charged;
  if (times > 0 && dueMinor === 0 && record.status !== 'completed' && !isShipped) {
    const amount = payment ? money(payment.amountMinor) : 'its total';
    return [mendable('charged-unduly', orderId, `${record.status}, while ${amount} is charged`)];
  }
  const owes = record.status === 'completed' || isShipped;
  if (owes && !payment) {
    const state = books.payments.find(({ key }) => key === paymentKey(orderId))?.state;
    const why = state === undefined ? 'it has no payment' : `its payment is ${state}`;
    return [undecided('unpaid', orderId, `${record.status}, while ${why}`)];
  }
  if (!payment || payment.amountMinor === dueMinor) return [];
  const told = `${money(payment.amountMinor)} is charged, its total is ${money(dueMinor)}`;
  return [undecided('wrong-amount', orderId, told)];
}

/** How often its provider charged it, less what it gave back; the log of a provider outside is empty. */
function netCharges({ calls }: OrderBooks): number {
  const times = (name: string) => calls.filter(({ call }) => call === name).length;
  return times('charge') - times('refund');
}

/** What the log says became of an order's stock: every move is written in one transaction with the stock's. */
export function reservationInLog({ calls }: Pick<OrderBooks, 'calls'>): Reservation | undefined {
  let reservation: Reservation | undefined;
  for (const { call } of calls) reservation = moves[call] ?? reservation;
  return reservation;
}

const moves: Readonly<Record<string, Reservation | undefined>> = {
  'reserve-inventory': 'held',
  'release-inventory': 'released',
  'hand-over-inventory': 'handed-over',
};

function auditReservation(books: OrderBooks, due: Due): Mismatch[] {
  const { orderId, record } = books;
  const { reservation, status } = record;
  if (due.reservations.includes(reservation)) return [];
  const pieces = record.items.reduce((sum, { quantity }) => sum + quantity, 0);
  if (reservation === 'held') {
    const told = `${status}, and still holds ${pieces} ${pieces === 1 ? 'piece' : 'pieces'}`;
    return [mendable('leaked-reservation', orderId, told)];
  }
  const told = `${status}, while its stock is ${reservation ?? 'not reserved'}`;
  const [wanted] = due.reservations;
  // The row alone is wrong where the log of the moves has the end that is due.
  const isOnlyTheRow = due.reservations.includes(reservationInLog(books)) && wanted !== undefined;
  return [(isOnlyTheRow ? mendable : undecided)('wrong-reservation', orderId, told)];
}

function auditPoints({ orderId, record, points }: OrderBooks, due: Due): Mismatch[] {
  if (due.points.includes(points ?? 0)) return [];
  const [wanted = 0] = due.points;
  if (points === undefined) {
    const told = `completed, and the ${wanted} points of ${record.customerId} for it are missing`;
    return [mendable('missing-points', orderId, told)];
  }
  const told = `${record.status}, credited with ${points} points instead of ${wanted}`;
  return [mendable('wrong-points', orderId, told)];
}

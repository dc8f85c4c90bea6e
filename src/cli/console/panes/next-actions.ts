import { isTerminal } from '../../../../functions/contract/workflow.ts';
import { doubleChargeText, retryRefusal } from '../../../orders/actions/retry-source.ts';
import type { OrderDetail } from '../../../orders/console/order-detail.ts';
import type { ConsoleOrder } from '../../../orders/console/snapshot.ts';
import { actionKeys } from '../actions/action-keys.ts';
import type { PaneInput } from '../types.ts';
import { formatFact } from './pane-lines.ts';

type ActionName = keyof typeof actionKeys;

interface NextOptions {
  readonly input: PaneInput;
  readonly listed: ConsoleOrder | undefined;
}

/** Returns the actions that make sense in the state of the order, with their keys, and why a retry is not one of them. */
export function formatNextActions(detail: OrderDetail, { input, listed }: NextOptions): string[] {
  const { order, status } = detail.view ?? {};
  const names = chooseActions(detail, listed);
  const text = names.map((name) => `${actionKeys[name]} ${name}`).join(' · ');
  const refusal = order && status === 'failed' ? retryRefusal(order) : undefined;
  return [
    ...(refusal
      ? formatFact({ name: 'no retry', text: `it ${doubleChargeText(refusal.reason)}` }, input)
      : []),
    ...(text ? formatFact({ name: 'next', text }, input) : []),
  ];
}

function chooseActions({ view }: OrderDetail, listed: ConsoleOrder | undefined): ActionName[] {
  const { order, status = 'received', execution } = view ?? {};
  const attention = listed?.attention;
  if (attention === 'dead-letter') return ['redrive', 'repair'];
  if (status === 'awaiting-review') return ['approve', 'reject', 'cancel'];
  if (execution?.pause) return ['resume', 'cancel'];
  if (!isTerminal(status))
    return ['cancel', 'pause', ...(attention === 'stuck' ? (['repair'] as const) : [])];
  if (status === 'completed') return [];
  return order && retryRefusal(order) === undefined ? ['retry'] : ['repair'];
}

import type { OrderRecord } from '../../../functions/contract/api.ts';
import { isEnd, type ShownStatus } from '../../../functions/contract/workflow.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import type { Found } from './find.ts';
import { parseReference } from './order-reference.ts';
import { type Execution, readExecution, readOrder } from './read-order.ts';
import { originOf } from './retry-link.ts';

export interface OrderView {
  readonly orderId: string;
  readonly status: ShownStatus;
  /** Absent while an execution exists and its item does not yet. */
  readonly order?: OrderRecord;
  readonly execution?: Execution;
}

/** One order, however it is named: its item and, where it is not at its end, its execution. */
export async function getOrder(
  target: Target,
  outputs: StackOutputs,
  text: string,
): Promise<OrderView> {
  const reference = parseReference(text);
  // Mostly the text is an id as it stands: then one read is all there is to do.
  const named = reference.kind === 'id' ? await readOrder(target, outputs, text) : undefined;
  if (named) return viewOf(target, outputs, { orderId: named.orderId, order: named });
  const { findOrder } = await import('./find.ts');
  const { orderId, executionArn } = await findOrder(target, outputs, text);
  const order = await readOrder(target, outputs, orderId);
  return viewOf(target, outputs, {
    orderId,
    ...(order ? { order } : {}),
    ...(executionArn ? { executionArn } : {}),
  });
}

async function viewOf(
  target: Target,
  outputs: StackOutputs,
  { orderId, order, executionArn }: Found & { order?: OrderRecord },
): Promise<OrderView> {
  const arn = order?.executionArn ?? executionArn;
  const settled = order !== undefined && isEnd(order.status);
  const execution = arn && !settled ? await readExecution(target, arn) : undefined;
  if (!order && !execution) {
    throw new UserError(`No order "${orderId}" in ${target.environment.name}.`, {
      hint: 'orders get latest',
      exit: 5,
      code: 'NotFound',
    });
  }
  const gone = !order && execution && execution.status !== 'RUNNING';
  const retryOf = order && !order.retryOf ? await originOf(target, outputs, orderId) : undefined;
  return {
    orderId,
    status: order?.status ?? (gone ? 'failed' : 'received'),
    ...(order ? { order: { ...order, ...(retryOf ? { retryOf } : {}) } } : {}),
    ...(execution ? { execution } : {}),
  };
}

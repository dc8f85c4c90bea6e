/** What orders take, measured on a local runtime that is made for it and goes away afterwards. */
import type { Order } from '../../../functions/contract/order.ts';
import { withStack } from '../../deploy/ensure.ts';
import { onRuntimeOfItsOwn } from '../../environment/temporary-runtime.ts';
import { type Measured, measureOrders } from '../../orders/cost/measure.ts';

/** The deployment is no news: it is part of the measuring. */
const quietly = () => undefined;

/** What each order takes, with the functions of the project at `cwd`. Throws an AbortError when `signal` says to stop. */
export function measureHere(
  cwd: string,
  options: { readonly orders: readonly Order[]; readonly signal: AbortSignal },
): Promise<Measured[]> {
  return onRuntimeOfItsOwn(cwd, (target) =>
    withStack(target, quietly, (outputs) => measureOrders(target, outputs, options)),
  );
}

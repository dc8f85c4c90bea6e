/** Measures orders on a temporary local runtime. */
import type { Order } from '../../../functions/contract/order.ts';
import { withStack } from '../../deploy/ensure.ts';
import { withTemporaryRuntime } from '../../environment/temporary-runtime.ts';
import { measureOrders, type OrderUsage } from '../../orders/cost/measure.ts';

/** The deployment to the temporary runtime is not reported. */
const ignoreProgress = () => undefined;

/** Returns the usage of each order, with the functions of the project at `cwd`. Throws AbortError if `signal` aborts. */
export function measureLocally(
  cwd: string,
  options: { readonly orders: readonly Order[]; readonly signal: AbortSignal },
): Promise<OrderUsage[]> {
  return withTemporaryRuntime(cwd, (target) =>
    withStack(target, ignoreProgress, (stack) => measureOrders(stack, options)),
  );
}

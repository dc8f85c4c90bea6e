import { OrderRejected, ProviderUnavailable } from '../../functions/order-workflow/failures.ts';
import type { Attempt, Carrier, PlacedOrder } from '../../functions/order-workflow/ports.ts';

/** A carrier with an HTTP API. */
export function httpCarrier(api: string): Carrier {
  async function ask(method: string, { orderId }: PlacedOrder, { key }: Attempt) {
    const headers = { 'Idempotency-Key': key };
    const response = await fetch(`${api}/labels/${orderId}`, { method, headers }).catch(() => {
      throw new ProviderUnavailable('The carrier cannot be reached');
    });
    if (response.status >= 500) throw new ProviderUnavailable('The carrier is not available');
    if (response.status === 422) {
      throw new OrderRejected('undeliverable', 'The carrier does not deliver there');
    }
    if (!response.ok) throw new Error(`The carrier answered ${response.status}`);
    return (await response.json()) as { trackingNumber: string };
  }

  return {
    label: (placed, attempt) => ask('PUT', placed, attempt),
    async cancelLabel(placed, attempt) {
      await ask('DELETE', placed, attempt);
    },
    async collect(placed, attempt) {
      await ask('POST', placed, attempt);
    },
  };
}

import { expect, it } from 'vitest';
import { redact } from '../../../src/orders/lookup/redact.ts';

it('removes personal fields and texts that look like them from a payload', () => {
  const payload = {
    orderId: 'order-2026-11-25',
    order: { customerEmail: 'ann@example.com', customerPhone: '12', items: [{ price: 45.99 }] },
    note: 'ask ann@example.com or +1 555 0100-22 on 2026-11-25T08:00:00.000Z',
  };
  expect(JSON.parse(redact(JSON.stringify(payload)))).toEqual({
    orderId: 'order-2026-11-25',
    order: { customerEmail: '[redacted]', customerPhone: '[redacted]', items: [{ price: 45.99 }] },
    note: 'ask [redacted] or [redacted] on 2026-11-25T08:00:00.000Z',
  });
  expect(redact('not JSON: ann@example.com')).toBe('not JSON: [redacted]');
});

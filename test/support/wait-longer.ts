import { vi } from 'vitest';

/** Time that a test waits for a condition at most (ms). The default of one second is too short on a busy machine. */
const timeout = 20_000;

const { waitUntil, waitFor } = vi;
vi.waitUntil = (callback, options) => waitUntil(callback, withTimeout(options));
vi.waitFor = (callback, options) => waitFor(callback, withTimeout(options));

function withTimeout(options: Parameters<typeof waitUntil>[1]) {
  return typeof options === 'number' ? options : { timeout, ...options };
}

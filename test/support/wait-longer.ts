import { vi } from 'vitest';

/**
 * Time that a test waits for a condition at least before it fails (ms). The default of one second is too short on a busy machine, and so
 * is every time that was chosen on a quiet one.
 */
const minTimeout = 60_000;
/** Time between two checks (ms). Most checks send a request or run a command, which takes processor time from the program that they wait for. */
const interval = 100;

type Wait = typeof vi.waitUntil;
const waitsLonger = Symbol.for('orders.test.waits-longer');
const state = globalThis as { [waitsLonger]?: true };

// Test files that share their modules run this file once each. Wrapping again would nest the functions deeper every time.
if (!state[waitsLonger]) {
  state[waitsLonger] = true;
  const { waitUntil, waitFor } = vi;
  vi.waitUntil = (callback, options) => waitUntil(callback, withTimeout(options));
  vi.waitFor = (callback, options) => waitFor(callback, withTimeout(options));
}

function withTimeout(options: Parameters<Wait>[1]) {
  const settings = typeof options === 'number' ? { timeout: options } : options;
  return { interval, ...settings, timeout: Math.max(settings?.timeout ?? 0, minTimeout) };
}

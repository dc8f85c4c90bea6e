import { afterEach, expect, it, vi } from 'vitest';
import { interruptExitCode, listenForInterrupt } from '../../../src/cli/command/interrupt.ts';

afterEach(() => vi.restoreAllMocks());

/** Records the codes with which the process would have exited. */
function recordExits() {
  const codes: unknown[] = [];
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    codes.push(code);
    return undefined as never;
  });
  return codes;
}

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('aborts the signal at the first %s and exits with %i at the second', (name, code) => {
  const exitedWith = recordExits();
  const { signal, release } = listenForInterrupt(undefined);
  process.emit(name, name);
  expect(signal.aborted).toBe(true);
  expect(interruptExitCode(signal)).toBe(code);
  expect(exitedWith).toEqual([]);
  process.emit(name, name);
  expect(exitedWith).toEqual([code]);
  release();
  expect(process.listeners(name)).toHaveLength(0);
});

it('exits with 124 after the timeout and with 0 if the reader is gone', async () => {
  const late = listenForInterrupt(1);
  await new Promise((resolve) => late.signal.addEventListener('abort', resolve));
  expect(interruptExitCode(late.signal)).toBe(124);
  late.release();
  const unread = listenForInterrupt(undefined);
  unread.abort();
  expect(interruptExitCode(unread.signal)).toBe(0);
  unread.release();
});

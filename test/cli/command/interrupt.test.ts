import { afterEach, expect, it, vi } from 'vitest';
import { exitOfLook, interruptible } from '../../../src/cli/command/interrupt.ts';

afterEach(() => vi.restoreAllMocks());

/** What the process would have exited with at once. */
function exits() {
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
] as const)(
  'stops looking at the first %s, and ends the program at once with %i at the second',
  (name, code) => {
    const left = exits();
    const { signal, release } = interruptible(undefined);
    process.emit(name, name);
    expect(signal.aborted).toBe(true);
    expect(exitOfLook(signal)).toBe(code);
    expect(left).toEqual([]);
    process.emit(name, name);
    expect(left).toEqual([code]);
    release();
    expect(process.listeners(name)).toHaveLength(0);
  },
);

it('is 124 when the time is up, and 0 when the reader went away', async () => {
  const late = interruptible(1);
  await new Promise((resolve) => late.signal.addEventListener('abort', resolve));
  expect(exitOfLook(late.signal)).toBe(124);
  late.release();
  const unread = interruptible(undefined);
  unread.abort();
  expect(exitOfLook(unread.signal)).toBe(0);
  unread.release();
});

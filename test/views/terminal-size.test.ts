import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchSize, withoutResizeListeners } from '../../src/views/terminal-size.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const createTerminal = () => new EventEmitter() as NodeJS.WriteStream;

it('reports the changes of a dragged window once, after the last of them', () => {
  const terminal = createTerminal();
  const onSettled = vi.fn();
  const size = watchSize(terminal, onSettled);
  // tmux reports at most one change in this time.
  for (let change = 0; change < 3; change += 1) {
    vi.advanceTimersByTime(250);
    terminal.emit('resize');
  }
  expect(onSettled).not.toHaveBeenCalled();
  expect(size.isChanging()).toBe(true);
  vi.runAllTimers();
  expect(onSettled).toHaveBeenCalledOnce();
  expect(size.isChanging()).toBe(false);
});

it('reports a change at once when it is closed, and none after that', () => {
  const terminal = createTerminal();
  const onSettled = vi.fn();
  const size = watchSize(terminal, onSettled);
  terminal.emit('resize');
  size.close();
  terminal.emit('resize');
  vi.runAllTimers();
  expect(onSettled).toHaveBeenCalledOnce();
});

it('removes only the listeners that are added meanwhile', () => {
  const terminal = createTerminal();
  const [kept, added] = [vi.fn(), vi.fn()];
  terminal.on('resize', kept);
  const { listeners } = withoutResizeListeners(terminal, () => terminal.on('resize', added));
  terminal.emit('resize');
  expect(listeners).toEqual([added]);
  expect([kept.mock.calls.length, added.mock.calls.length]).toEqual([1, 0]);
});

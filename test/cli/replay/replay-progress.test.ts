import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ReplayProgress } from '../../../src/cli/replay/replay-progress.ts';
import type { Ui } from '../../../src/cli/terminal/terminal.ts';

let written: string;

beforeEach(() => {
  written = '';
  vi.useFakeTimers({ now: Date.parse('2026-11-22T08:00:00Z') });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Reads 20 and replays 10 of 100 executions in five seconds. */
function replayFor(ui: Ui, readRate?: number): ReplayProgress {
  const progress = new ReplayProgress({ total: 100, readRate, ui });
  for (let count = 0; count < 20; count += 1) progress.countRead();
  for (let count = 0; count < 10; count += 1) progress.countReplayed();
  vi.advanceTimersByTime(5000);
  return progress;
}

it('prints a line with the remaining time every five seconds in a pipe', () => {
  replayFor('plain').stop();
  expect(written).toBe('2026-11-22T08:00:05.000Z replay read=20/100 replayed=10/100 left=45s\n');
});

it('expects at least the time that the rest of the histories takes to read', () => {
  replayFor('plain', 1).stop();
  expect(written).toContain('left=1m20s');
});

it('replaces its line on a terminal, and removes it at the end', () => {
  replayFor('live').stop();
  const lines = written.split('\r\u001b[2K');
  expect(lines.at(-2)).toContain('10 of 100 replayed · 20 read · 45s left');
  expect(lines.at(-1)).toBe('');
});

it('prints nothing in quiet mode', () => {
  replayFor('quiet', 1).stop();
  expect(written).toBe('');
});

/** Renderers of a running load test: live lines, plain lines or JSON records. */
import type { Target } from '../../environment/target.ts';
import type { LoadOptions } from '../../orders/load-test/load-options.ts';
import { formatRecord } from '../command/json-output.ts';
import { trustedStream } from '../terminal/output-guard.ts';
import type { Ui } from '../terminal/terminal.ts';
import { formatProgressLine, toProgressRecord } from './progress-records.ts';
import { formatHeading, formatProgress, type ProgressSnapshot } from './progress-view.ts';

export interface Renderer {
  readonly show: (snapshot: ProgressSnapshot) => void;
  readonly close: () => Promise<void>;
}

type TestOptions = Omit<LoadOptions, 'signal' | 'stop'>;

/** Time between two progress lines or records (ms). */
const progressIntervalMs = 5000;

/** Returns the renderer for stderr. */
export async function createRenderer(
  ui: Ui,
  target: Target,
  options: TestOptions,
): Promise<Renderer> {
  if (ui === 'quiet') return { show: () => {}, close: () => Promise.resolve() };
  if (ui === 'plain') return createPlainRenderer(target, options);
  return createLiveRenderer(target, options);
}

/** Returns a renderer that writes progress records to stdout. */
export function createRecordRenderer(): Renderer {
  const isDue = createInterval();
  return {
    show(snapshot) {
      const now = Date.now();
      if (isDue(now)) process.stdout.write(formatRecord(toProgressRecord(snapshot, now)));
    },
    close: () => Promise.resolve(),
  };
}

function createPlainRenderer({ label }: Target, options: TestOptions): Renderer {
  const stream = process.stderr;
  const isDue = createInterval();
  let hasHeading = false;
  return {
    show(snapshot) {
      const now = Date.now();
      if (!hasHeading) {
        stream.write(`${formatHeading({ label, ...options }, snapshot.progress.round)}\n`);
      }
      hasHeading = true;
      if (isDue(now)) stream.write(`${formatProgressLine(snapshot, now)}\n`);
    },
    close: () => Promise.resolve(),
  };
}

async function createLiveRenderer(
  { label, timeScale }: Target,
  options: TestOptions,
): Promise<Renderer> {
  const stream = trustedStream(process.stderr);
  const { openLiveLines } = await import('../../views/live-lines.tsx');
  let last: ProgressSnapshot | undefined;
  const view = openLiveLines((size) => {
    const viewOptions = { ...size, ...options, label, timeScale, stream, now: Date.now() };
    return last ? formatProgress(last, viewOptions) : [formatHeading(viewOptions, 1)];
  }, stream);
  let closed: Promise<void> | undefined;
  return {
    show(snapshot) {
      last = snapshot;
    },
    close() {
      closed ??= view.close();
      return closed;
    },
  };
}

/** Returns a function that is true at most once per `progressIntervalMs`. */
function createInterval(): (now: number) => boolean {
  let lastAt: number | undefined;
  return (now) => {
    if (lastAt !== undefined && now - lastAt < progressIntervalMs) return false;
    lastAt = now;
    return true;
  };
}

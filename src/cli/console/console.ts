/** The console: one screen with all orders that stays until the user leaves it. */
import type { Stack } from '../../environment/stack.ts';
import type { ConsoleSnapshot } from '../../orders/console/snapshot.ts';
import type { Size } from '../../views/draw.ts';
import type { FullScreen } from '../../views/full-screen.tsx';
import { interruptExitCode, listenForInterrupt } from '../command/interrupt.ts';
import { describeError } from '../command/json-output.ts';
import { endOnBrokenPipe } from '../terminal/terminal.ts';
import { addPlan } from './action-dialog.ts';
import { type ConsoleData, ConsoleFrame, type FrameOptions } from './console-frame.ts';
import { handleKey } from './console-keys.ts';
import {
  addMessage,
  addResults,
  type ConsoleState,
  type Effect,
  initialState,
  type PendingAction,
  selectedId,
} from './console-state.ts';
import { type PaneData, PaneReader, type PaneSources } from './pane-reader.ts';

export interface ConsoleSources extends PaneSources {
  /** The stack with its current outputs. */
  readonly stack: () => Stack;
  /** Yields the state of the orders after each read, until `signal` aborts. */
  readonly snapshots: (signal: AbortSignal) => AsyncIterable<ConsoleSnapshot>;
  /** Reads everything again at once, because orders were changed. */
  readonly refresh: () => void;
}

export interface ConsoleOptions extends FrameOptions {
  /** Notes that are shown as messages at the start. */
  readonly notes: readonly string[];
}

/**
 * Shows the console until the user leaves it, and sets the exit code if a signal ended it. Restores the terminal in any case. Throws
 * errors that prevent reading the orders for good.
 */
export async function showConsole(sources: ConsoleSources, options: ConsoleOptions): Promise<void> {
  const interrupt = listenForInterrupt(undefined);
  endOnBrokenPipe(interrupt.abort);
  const { openFullScreen } = await import('../../views/full-screen.tsx');
  const session = new ConsoleSession(sources, options);
  const crash = listenForCrash();
  const screen = openFullScreen((size) => session.render(size), {
    stream: options.stream,
    onKey: (key) => session.press(key),
  });
  try {
    await Promise.race([session.run(screen, interrupt.signal), crash.error]);
    if (!session.isLeft) process.exitCode = interruptExitCode(interrupt.signal);
  } finally {
    session.stop();
    await screen.close();
    crash.release();
    interrupt.release();
  }
}

/** Returns a promise that an error outside of all promises rejects. Node would print it on the alternate screen, and it would be lost. */
function listenForCrash() {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  process.on('uncaughtException', reject);
  return { error: promise, release: () => process.off('uncaughtException', reject) };
}

class ConsoleSession {
  readonly #sources: ConsoleSources;
  readonly #frame: ConsoleFrame;
  readonly #reader: PaneReader;
  readonly #left = new AbortController();
  #state: ConsoleState = initialState;
  #data: ConsoleData = {};
  #screen: FullScreen | undefined;
  #size: Size = { columns: 80, rows: 24 };

  constructor(sources: ConsoleSources, options: ConsoleOptions) {
    this.#sources = sources;
    this.#frame = new ConsoleFrame(options);
    this.#reader = new PaneReader(sources, {
      show: (data) => this.#showData(data),
      fail: (error) => this.#report(error),
    });
    for (const text of options.notes)
      this.#state = addMessage(this.#state, 'note', { text, now: Date.now() });
  }

  /** Whether the user has left. */
  get isLeft(): boolean {
    return this.#left.signal.aborted;
  }

  /** Reads the orders until the user leaves or `signal` aborts. */
  async run(screen: FullScreen, signal: AbortSignal): Promise<void> {
    this.#screen = screen;
    const end = AbortSignal.any([signal, this.#left.signal]);
    for await (const snapshot of this.#sources.snapshots(end)) {
      if (end.aborted) return;
      const { orders, gapReason } = this.#data.snapshot ?? {};
      const isChanged = snapshot.orders !== orders || snapshot.gapReason !== gapReason;
      this.#data = { ...this.#data, snapshot };
      // The rates and the age of the data are drawn with the next frame, at least once per second.
      if (isChanged) screen.update();
    }
  }

  /** Stops reading: after an error, nothing else does. */
  stop(): void {
    this.#left.abort();
    this.#reader.stop();
  }

  render(size: Size): readonly string[] {
    this.#size = size;
    const { lines, top } = this.#renderFrame();
    this.#state = { ...this.#state, top };
    return lines;
  }

  press(key: string): void {
    const view = this.#frame.view(this.#state, this.#data, Date.now()) ?? this.#renderFrame().view;
    const { state, effect } = handleKey(this.#state, key, view);
    this.#state = state;
    this.#reader.read(state.pane, selectedId(state, view));
    if (effect) this.#perform(effect);
  }

  #renderFrame() {
    return this.#frame.render(this.#state, this.#data, { ...this.#size, now: Date.now() });
  }

  #perform(effect: Effect): void {
    if (effect.type === 'quit') this.#left.abort();
    else if (effect.type === 'plan') void this.#plan(effect.pending);
    else void this.#run(effect);
  }

  async #plan(pending: PendingAction): Promise<void> {
    const { action, orders } = pending;
    const reading = action.plan?.(this.#sources.stack(), orders) ?? Promise.resolve([]);
    const plan = await reading.catch((error: unknown) => [describeError(error).message]);
    this.#state = addPlan(this.#state, pending, plan);
    this.#screen?.update();
  }

  async #run({ action, orders, input }: Extract<Effect, { type: 'run' }>): Promise<void> {
    const { name } = action;
    try {
      const results = await action.run(this.#sources.stack(), orders, input);
      this.#state = addResults(this.#state, results, { name, now: Date.now() });
    } catch (error) {
      this.#state = { ...this.#state, running: undefined };
      this.#report(error);
    }
    if (action.isChange) {
      this.#sources.refresh();
      this.#reader.refresh();
    }
    this.#screen?.update();
  }

  #report(error: unknown): void {
    const text = describeError(error).message;
    this.#state = addMessage(this.#state, 'failed', { text, now: Date.now() });
    this.#screen?.update();
  }

  #showData(data: PaneData): void {
    this.#data = { ...this.#data, ...data };
    this.#screen?.update();
  }
}

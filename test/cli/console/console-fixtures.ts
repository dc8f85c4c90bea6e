/** Orders, actions and screens for tests of the console. */
import type { ConsoleData, FrameOptions } from '../../../src/cli/console/console-frame.ts';
import { ConsoleFrame } from '../../../src/cli/console/console-frame.ts';
import { handleKey } from '../../../src/cli/console/console-keys.ts';
import {
  type ConsoleState,
  type Effect,
  initialState,
} from '../../../src/cli/console/console-state.ts';
import type { ConsoleAction, Pane } from '../../../src/cli/console/types.ts';
import type { ConsoleOrder, ConsoleSnapshot } from '../../../src/orders/console/snapshot.ts';
import { createFakeTerminal } from '../terminal/fake-terminal.ts';
import { consoleOrder } from './actions/console-order.ts';

export const now = Date.parse('2026-11-22T08:12:44.000Z');

export const buildOrder = (orderId: string, more: Partial<ConsoleOrder> = {}): ConsoleOrder =>
  consoleOrder({ orderId, ...more });

export const failedOrder = (orderId: string, more: Partial<ConsoleOrder> = {}) =>
  buildOrder(orderId, {
    status: 'failed',
    attention: 'failed',
    failure: { stage: 'process-payment', code: 'declined', message: 'The payment was declined.' },
    ...more,
  });

export const buildSnapshot = (
  orders: readonly ConsoleOrder[],
  more: Partial<ConsoleSnapshot> = {},
): ConsoleSnapshot => ({
  orders,
  since: '2026-11-21T08:12:44.000Z',
  isTruncated: false,
  deadLetters: 0,
  rates: { periodMs: 20_000, started: [0, 1, 4], completed: [0, 0, 2], failed: [0, 0, 1] },
  quotas: [{ quota: 'reads-a-second', by: 'program', used: 0.8, limit: 15 }],
  readAt: now - 2000,
  ...more,
});

const buildAction = (
  name: string,
  key: string,
  more: Partial<ConsoleAction> = {},
): ConsoleAction => ({
  name,
  key,
  summary: `${name} it`,
  isChange: true,
  refusal: ({ status }) => (status === 'failed' ? 'has failed' : undefined),
  describe: (orders) => `${name} ${orders.map(({ orderId }) => orderId).join(' and ')}.`,
  run: async (_, orders) => orders.map(({ orderId }) => ({ orderId, ok: true, message: name })),
  ...more,
});

const actions: readonly ConsoleAction[] = [
  buildAction('cancel', 'c', { input: { label: 'reason', isRequired: true, maxLength: 12 } }),
  buildAction('pause', 'p'),
  buildAction('repair', 'm', { plan: async () => ['would correct it'] }),
  buildAction('copy', 'y', { isChange: false }),
];

const pane =
  (name: string): Pane =>
  ({ rows }) =>
    Array.from({ length: rows * 2 }, (_, line) => `${name} ${line}`);

/** Returns a screen whose keys change its state, like a terminal. */
export function openScreen(
  data: ConsoleData,
  {
    size = { columns: 80, rows: 24 },
    ...more
  }: Partial<FrameOptions> & {
    readonly size?: { readonly columns: number; readonly rows: number };
  } = {},
) {
  const frame = new ConsoleFrame({
    label: 'local (time ×60)',
    timeScale: 60,
    environment: { name: 'local' },
    stream: createFakeTerminal(size.columns),
    actions,
    panes: {
      order: pane('order'),
      history: pane('history'),
      logs: pane('logs'),
      data: ({ showsPersonal }) => [showsPersonal ? 'a@example.com' : '[redacted]'],
      health: pane('health'),
    },
    submitCommand: 'orders submit --sample low',
    ...more,
  });
  let state: ConsoleState = initialState;
  let shown = data;
  let shownSize = size;
  const effects: Effect[] = [];
  const render = () => {
    const { lines, view, top } = frame.render(state, shown, { ...shownSize, now });
    state = { ...state, top };
    return { lines, view };
  };
  return {
    effects,
    state: () => state,
    setState: (change: (before: ConsoleState) => ConsoleState) => {
      state = change(state);
    },
    resize: (next: typeof size) => {
      shownSize = next;
    },
    setData: (next: ConsoleData) => {
      shown = next;
    },
    lines: () => render().lines,
    text: () => render().lines.join('\n'),
    /** Presses keys: names such as `enter`, or one text whose characters are typed. */
    press: (...keys: readonly string[]) => {
      for (const key of keys) {
        const step = handleKey(state, key, render().view);
        state = step.state;
        if (step.effect) effects.push(step.effect);
      }
    },
    type: (text: string) => {
      for (const letter of text) {
        const step = handleKey(state, letter, render().view);
        state = step.state;
        if (step.effect) effects.push(step.effect);
      }
    },
  };
}

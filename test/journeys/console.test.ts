import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import { readStatus } from '../support/order-status.ts';
import type { Project } from '../support/project.ts';
import { runOnScreen } from '../support/screen.ts';
import type { TerminalSettings } from '../support/terminal.ts';
import { waitForStatus } from '../support/wait-for-status.ts';

let project: Project;
const ids: Record<string, string> = {};
const submit = async (sample: string): Promise<string> =>
  (await project.runJson('submit', '--sample', sample)).orderId;

beforeAll(async () => {
  // A wait for the warehouse takes 30 seconds, and a retry of a payment at most a second.
  project = await createDeployedProject('--time-scale', '10');
  ids['declined'] = await submit('payment-declined');
  const oldest = await submit('fraud-review');
  ids['oldestReview'] = oldest;
  await waitForStatus(project, oldest, 'awaiting-review');
  await submit('fraud-review');
});
afterAll(() => project.close());

/** Opens the console, and waits for the first orders. */
async function openConsole(settings: TerminalSettings = {}) {
  const screen = runOnScreen(project, [], settings);
  await screen.shows(ids['declined'] ?? '');
  let keys = 0;
  return {
    ...screen,
    /** Presses keys one after another: each character is a key. */
    press: (text: string) => {
      keys += text.length;
      screen.terminal.write(text);
    },
    keys: () => keys,
    leave: async () => {
      screen.terminal.write('q');
      return screen.exit;
    },
  };
}

describe('five tasks in the console', () => {
  it('finds why an order failed with 7 keys, or 1 if it is the first', async () => {
    const screen = await openConsole();
    screen.press('/decl\r');
    await screen.shows('/decl');
    screen.press('\r');
    await screen.shows('✗ failed    at process-payment: The payment was declined');
    expect(screen.keys()).toBe(7);
    expect(await screen.leave()).toBe(0);
  });

  it('approves the review that waits longest with 3 keys', async () => {
    const screen = await openConsole();
    await screen.shows(new RegExp(`> \\? ${ids['oldestReview']}`));
    screen.press('a');
    await screen.shows('note (optional)');
    screen.press('\r');
    await screen.shows('Continue? [y/N]');
    screen.press('y');
    await screen.shows(`✓ ${ids['oldestReview']}: approved`);
    expect(screen.keys()).toBe(3);
    await vi.waitUntil(
      async () => (await readStatus(project.root, ids['oldestReview'] ?? '')) !== 'awaiting-review',
    );
    expect(await screen.leave()).toBe(0);
  });

  it('cancels three orders of one customer with 14 keys', async () => {
    const orders = [await submit('low'), await submit('low'), await submit('low')];
    const screen = await openConsole();
    await screen.shows(orders[2] ?? '');
    screen.press('/cust-001\r');
    await screen.shows('3 · /cust-001');
    screen.press('*');
    await screen.shows('3 marked');
    screen.press('c');
    await screen.shows('reason (optional)');
    screen.press('\r');
    await screen.shows('Continue? [y/N]');
    screen.press('y');
    await screen.shows('✓ cancel: 3 done');
    expect(screen.keys()).toBe(14);
    for (const orderId of orders) await waitForStatus(project, orderId, 'cancelled');
    expect(await screen.leave()).toBe(0);
  });

  it('shows the effect of an outage at once, and its start and the slowest stage of the last hour with 1 key', async () => {
    await project.runJson('outage', 'start', 'payments');
    const orderId = await submit('high');
    const screen = await openConsole({ columns: 120, rows: 40 });
    await screen.shows('1 waiting');
    await screen.shows(new RegExp(`↻ {2}${orderId} .* payments ×\\d`));
    screen.press('H');
    await screen.shows(/outages +payments/);
    await screen.shows(/STAGES since .* · slowest: [a-z-]+ \d/);
    expect(screen.keys()).toBe(1);
    expect(await screen.leave()).toBe(0);
    await project.runJson('outage', 'stop', 'payments');
  });
});

const sizes = [
  { columns: 40, rows: 10 },
  { columns: 200, rows: 60 },
  { columns: 120, rows: 40 },
  { columns: 80, rows: 24 },
];
const looks: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['in colors', {}],
  ...(full
    ? ([
        ['without colors', { NO_COLOR: '1' }],
        ['in 16 colors', { TERM: 'xterm' }],
        ['in ASCII', { LC_ALL: 'C' }],
      ] as const)
    : []),
];

it.each(looks)(
  'fits a screen of any size %s, also while the size changes',
  async (_, variables) => {
    const screen = await openConsole({ variables });
    const panes = full ? '123456?' : '14?';
    const isWhole = (rows: number) => {
      const shown = screen.lines();
      expect(shown.filter(({ isWrapped }) => isWrapped)).toEqual([]);
      const text = screen.text();
      // Nothing of the previous size is left: the header is there once, and the keys are in the last line.
      expect(text.match(/^local \(time .10\)/gm), text).toHaveLength(1);
      expect(shown[0]?.text).toMatch(/^local/);
      expect(shown[rows - 1]?.text, text).toMatch(/help|esc close/);
      if (variables['LC_ALL'] === 'C') expect(text).toMatch(/^[\n -~]*$/);
    };
    for (const pane of panes) {
      screen.press(pane);
      for (const size of sizes) {
        const before = screen.raw().length;
        screen.resize(size);
        await vi.waitUntil(() => screen.raw().length > before, 10_000);
        await vi.waitFor(() => isWhole(size.rows), { timeout: 10_000 });
      }
      if (pane === '?') screen.press('?');
    }
    // Black, which cannot be seen on a dark background, is what Ink makes of some colors of the palette of 256.
    if (variables['TERM'] === 'xterm') expect(screen.raw()).not.toMatch(/\[(30|38;5;\d+)m/);
    if ('NO_COLOR' in variables) {
      const sequences = screen
        .raw()
        .split('\u001b[')
        .map((part) => /^[\d;]*[A-Za-z]/.exec(part)?.[0]);
      expect(sequences.filter((sequence) => sequence?.endsWith('m'))).toEqual([]);
    }
    expect(await screen.leave()).toBe(0);
  },
);

describe('the terminal', () => {
  const endings = [
    ['q', 0, (screen: Screen) => screen.terminal.write('q')],
    ['Ctrl-C', 130, (screen: Screen) => screen.terminal.write('\u0003')],
    ['SIGTERM', 143, (screen: Screen) => screen.terminal.kill('SIGTERM')],
    ['an unexpected error', 1, (screen: Screen) => screen.terminal.kill('SIGUSR2')],
  ] as const;
  type Screen = Awaited<ReturnType<typeof openConsole>>;
  const crash = 'process.once("SIGUSR2", () => { throw new Error("injected"); })';
  const url = `data:text/javascript,${encodeURIComponent(crash)}`;
  const variables = { NODE_OPTIONS: `--import=${url}` };

  // The short run leaves the console with q in the other tests, and ends another view with SIGTERM.
  it.each(full ? endings : endings.filter(([how]) => !/^(q|SIGTERM)$/.test(how)))(
    'is restored after %s, with exit code %i',
    async (_, code, end) => {
      const screen = await openConsole({ variables });
      expect(screen.isAlternate()).toBe(true);
      end(screen);
      expect(await screen.exit).toBe(code);
      await vi.waitUntil(() => !screen.isAlternate());
      if (code === 1) await screen.shows('injected');
      expect(screen.raw().lastIndexOf('\u001b[?25h')).toBeGreaterThan(
        screen.raw().lastIndexOf('\u001b[?25l'),
      );
    },
  );

  it('shows why the orders cannot be read, and continues when the runtime is back', async () => {
    const screen = await openConsole();
    await project.killRuntime();
    await screen.shows(/! not visible right now: .* not running · orders local start/);
    expect(screen.text()).toContain(ids['declined']);
    const orderId = await submit('low');
    await screen.shows(orderId);
    await vi.waitFor(() => expect(screen.text()).not.toContain('not visible'));
    expect(await screen.leave()).toBe(0);
  });
});

describe('without a suitable terminal', () => {
  it('orders without arguments prints the help', async () => {
    const { code, stdout } = await project.orders();
    expect([code, stdout]).toEqual([0, expect.stringContaining('USAGE')]);
    const program = runOnScreen(project, [], { variables: { CI: '1' } });
    expect(await program.exit).toBe(0);
    expect(program.raw()).toContain('USAGE');
  });

  it.each([
    ['in a pipe', [], {}],
    ['as plain text', ['--ui', 'plain'], { terminal: true }],
    ['for a screen reader', [], { terminal: true, variables: { INK_SCREEN_READER: 'true' } }],
    ['on a small screen', [], { terminal: true, rows: 8 }],
  ] as const)(
    'orders ui names other commands %s',
    async (_, argv, {
      terminal,
      ...settings
    }: {
      readonly terminal?: boolean;
    } & TerminalSettings) => {
      const message = settings.variables
        ? 'The console draws a whole screen, which a screen reader cannot follow.'
        : 'The console needs a terminal of at least 40 columns and 10 rows.';
      if (terminal) {
        const program = runOnScreen(project, ['ui', ...argv], settings);
        expect(await program.exit).toBe(2);
        expect(program.raw()).toContain(message);
        expect(program.raw()).toContain('orders watch --all --ui plain');
      } else {
        const { code, stderr } = await project.orders('ui', ...argv);
        expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
      }
    },
  );

  it('orders ui has no JSON output', async () => {
    const { code, stdout } = await project.orders('ui', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error).toMatchObject({
      message: 'The console has no JSON output.',
      hint: ['orders list --json', 'orders watch --all --json'],
    });
  });
});

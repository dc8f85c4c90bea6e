/** All screens of the console with the real panes and actions: at each size, with and without colors, and in ASCII. */
import { stripVTControlCharacters } from 'node:util';
import headless from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { actions } from '../../../src/cli/console/actions/index.ts';
import { panes } from '../../../src/cli/console/panes/index.ts';
import { toAscii } from '../../../src/cli/terminal/ascii.ts';
import { displayWidth } from '../../../src/cli/terminal/table.ts';
import { LinePainter } from '../../../src/views/line-painter.ts';
import { full } from '../../support/full.ts';
import { createFakeTerminal } from '../terminal/fake-terminal.ts';
import { buildOrder, buildSnapshot, failedOrder, openScreen } from './console-fixtures.ts';
import { detailOf, failed, paneInput } from './panes/pane-inputs.ts';

type Size = Readonly<Record<'columns' | 'rows', number>>;
const usualSizes: readonly Size[] = [
  { columns: 80, rows: 24 },
  { columns: 40, rows: 10 },
  { columns: 200, rows: 60 },
  ...(full ? [{ columns: 120, rows: 40 }] : []),
];
const sizes = full
  ? [40, 55, 56, 59, 60, 69, 70, 99, 100, 139, 140, 160, 200].flatMap((columns) =>
      [10, 13, 15, 16, 24, 60].map((rows): Size => ({ columns, rows })),
    )
  : usualSizes;

const hour = 3_600_000;
const inAnHour = new Date(Date.parse(failed.createdAt) + hour).toISOString();
const orders = [
  failedOrder(failed.orderId, { attention: 'dead-letter', total: 99_999_999 }),
  buildOrder('order-review', {
    status: 'awaiting-review',
    attention: 'review',
    reviewDueAt: inAnHour,
  }),
  buildOrder('order-waiting', {
    attention: 'waiting',
    customerId: `CUST-${'漢'.repeat(40)}`,
    waitingFor: {
      provider: 'payments',
      stage: 'process-payment',
      attempt: 12,
      nextAt: inAnHour,
      since: failed.createdAt,
    },
  }),
  buildOrder('order-stuck', { attention: 'stuck' }),
  buildOrder('order-paused', { isPaused: true }),
  buildOrder('order-cancelled', { status: 'cancelled' }),
  ...Array.from({ length: 100 }, (_, index) =>
    buildOrder(`order-${index}`, { status: 'completed' }),
  ),
];

interface ScreenCase {
  readonly keys: readonly string[];
  /** What the screen shows at every size. */
  readonly shows: readonly RegExp[];
  readonly isProtected?: boolean;
}

const row = /^> +! +order-7f3a91bcde .*failed/m;
const question = /Continue\? \[y\/N\] _$/;
const screens: Readonly<Record<string, ScreenCase>> = {
  list: { keys: [], shows: [row, /ORDER .*STATUS/, /\? help {2}enter open/] },
  order: { keys: ['enter'], shows: [/order-7f3a91bcde CUST-001 · \$91\.98/, /✗ failed/] },
  history: { keys: ['h'], shows: [/✗ failed at fraud-check/, /process-payment/] },
  logs: { keys: ['l'], shows: [/last$|at last/m] },
  data: { keys: ['d'], shows: [/RECORD · personal data is hidden/, /order-7f3a91bcde/] },
  health: { keys: ['H'], shows: [/✗ health +1 error · 1 warning/] },
  help: { keys: ['?'], shows: [/esc close/, /Panes/] },
  messages: { keys: ['M'], shows: [/esc close/, /No action was carried out yet/] },
  filter: { keys: ['/', 'f', 'a'], shows: [row, /id: {2}customer: .*\n\/fa_$/] },
  command: { keys: [':'], shows: [row, /list {2}order {2}history .*\n:_$/] },
  input: {
    keys: ['j', 'c'],
    shows: [/^> +\? +order-review/m, /Cancel order-review/, /reason.*: _$/],
  },
  confirmation: { keys: ['j', 'p', 'enter'], shows: [/Pause order-review/, question] },
  plan: { keys: ['m'], shows: [/reading what exactly would happen/, question] },
  name: {
    keys: ['j', 'p', 'enter'],
    shows: [/Pause order-review/, /"local" is protected\. Type its name:\s(> )?_$/],
    isProtected: true,
  },
};

/** Opens a screen, as on a terminal with this color depth (bits). */
function open(name: string, size: Size, depth = 1) {
  const { keys = [], isProtected = false } = screens[name] ?? {};
  const stream = createFakeTerminal(size.columns, { colors: depth });
  const input = paneInput(detailOf(failed));
  const snapshot = buildSnapshot(orders, { deadLetters: 3 });
  const screen = openScreen(
    { ...input, snapshot },
    { size, stream, panes, actions, environment: { name: 'local', protected: isProtected } },
  );
  screen.press(...keys);
  return screen;
}

describe.each(Object.keys(screens))('the screen %s', (name) => {
  it.each(sizes)('fits $columns x $rows and shows what matters', (size) => {
    const lines = open(name, size).lines();
    expect(lines).toHaveLength(size.rows);
    for (const line of lines) expect(displayWidth(line), line).toBeLessThanOrEqual(size.columns);
    const text = lines.join('\n').replace(/ +$/gm, '');
    const { shows = [], isProtected = false } = screens[name] ?? {};
    expect(lines[0]).toMatch(isProtected ? /^local \(time ×60\) · protected/ : /· not protected/);
    const hasPrompt = /_$/.test(text);
    if (!hasPrompt) expect(text).toMatch(new RegExp(`\\[(\\d )?${name}\\]|${name} · |messages`));
    if (!hasPrompt) expect(text).toMatch(/reads 0\.8\/15 rps/);
    expect(lines.at(-1)).toMatch(hasPrompt ? /_$/ : /^(\? help|esc close)/);
    for (const expected of shows) expect(text).toMatch(expected);
    if (name === 'list' && size.columns >= 80)
      expect(text).toMatch(/ORDER +CUSTOMER +TOTAL +STATUS .*NOTE/);
  });

  it.each(full ? usualSizes : usualSizes.slice(0, 2))(
    'says the same without colors on $columns x $rows',
    (size) => {
      const trim = (text: string) => text.replace(/ +$/gm, '');
      const plain = trim(open(name, size).text());
      expect(plain).not.toContain('\u001b');
      for (const depth of [4, 8]) {
        const styled = open(name, size, depth).text();
        expect(trim(stripVTControlCharacters(styled))).toBe(plain);
        const codes = styled
          .split('\u001b[')
          .slice(1)
          .map((part) => /^[\d;]*/.exec(part)?.[0] ?? '');
        // Black, white and gray are the color of some backgrounds. Of the bright colors of 16, yellow cannot be read on white.
        const readable =
          depth === 4 ? /^(0|1|2|7|22|27|39|3[1-6])$/ : /^(0|1|2|7|22|27|39|31|38;5;\d+)$/;
        expect(codes.filter((code) => !readable.test(code))).toEqual([]);
      }
      const ascii = toAscii(plain).replace(/[漢字]/g, '??');
      expect(ascii).toMatch(/^[\n -~]*$/);
      for (const line of ascii.split('\n')) expect(line.length).toBeLessThanOrEqual(size.columns);
    },
  );
});

it('leaves nothing behind when the size of the terminal changes', async () => {
  for (const name of full ? Object.keys(screens) : ['list', 'help', 'confirmation']) {
    const [first = { columns: 80, rows: 24 }, ...others] = usualSizes;
    const terminal = new headless.Terminal({
      cols: first.columns,
      rows: first.rows,
      allowProposedApi: true,
    });
    const painter = new LinePainter();
    const screen = open(name, first, 8);
    for (const size of [first, ...others, first]) {
      terminal.resize(size.columns, size.rows);
      screen.resize(size);
      painter.reset();
      const lines = screen.lines();
      await new Promise<void>((resolve) => {
        terminal.write(painter.paint(lines), resolve);
      });
      const shown = Array.from({ length: size.rows }, (_, index) => {
        const { active } = terminal.buffer;
        return active
          .getLine(active.baseY + index)
          ?.translateToString(true)
          .trimEnd();
      });
      expect(shown).toEqual(lines.map((line) => stripVTControlCharacters(line).trimEnd()));
    }
  }
});

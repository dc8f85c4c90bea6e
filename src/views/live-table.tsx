import { Box, Text } from 'ink';
import { type Drawing, draw, type Size } from './draw.ts';
import { type LiveOrder, type OrderFormat, orderFrame } from './live-order.tsx';
import type { Key } from './screen.tsx';

/** What is on the screen: lines, and between those above and those below maybe one order in its workflow. */
export interface TableFrame {
  readonly above: readonly string[];
  readonly order?: LiveOrder | undefined;
  /** What happened to it. */
  readonly happened?: readonly string[];
  readonly below: readonly string[];
}

export interface TableOptions extends OrderFormat {
  readonly stream: NodeJS.WriteStream;
  /** Absent where keys are not read. */
  readonly onKey?: ((key: Key) => void) | undefined;
  readonly keyboard?: NodeJS.ReadStream | undefined;
}

/** Nothing but ages and countdowns changes on its own, and those are in seconds. */
const standMs = 1000;

/** Draws a table of orders, or one of them, in place until closed. */
export function openLiveTable(frameOf: (size: Size) => TableFrame, options: TableOptions): Drawing {
  const { stream, onKey, keyboard } = options;
  const since = Date.now();
  const frame = (size: Size) => tableFrame(frameOf(size), options, { ...size, since });
  return draw(frame, { stream, standMs, keyboard, ...(onKey && { onKey }) });
}

/** The screen as it is now; `since` is when an order began of which nothing is known yet, ms since the epoch. */
export function tableFrame(
  { above, order, happened = [], below }: TableFrame,
  format: OrderFormat,
  { rows, ...framed }: Size & { readonly since: number },
) {
  const gap = happened.length > 0 ? [' '] : [];
  const left = rows - [above, gap, happened, below].flat().length;
  return (
    <Box flexDirection="column">
      <Lines lines={above} />
      {order && orderFrame(order, format, { ...framed, rows: left, keys: '' })}
      <Lines lines={[...gap, ...happened]} />
      <Lines lines={below} />
    </Box>
  );
}

function Lines({ lines }: { readonly lines: readonly string[] }) {
  return lines.map((line, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place on the screen
    <Text key={index} wrap="truncate">
      {line}
    </Text>
  ));
}

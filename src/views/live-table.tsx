import { Box, Text } from 'ink';
import { type Drawing, draw, type Size } from './draw.ts';
import { type LiveOrder, type OrderFormat, orderFrame } from './live-order.tsx';
import type { Key } from './screen.tsx';

/** The content of the screen: lines, with the workflow of an open order between them. */
export interface TableFrame {
  readonly above: readonly string[];
  readonly order?: LiveOrder | undefined;
  /** Events of the open order. */
  readonly recentEvents?: readonly string[];
  readonly below: readonly string[];
}

export interface TableOptions extends OrderFormat {
  readonly stream: NodeJS.WriteStream;
  /** If absent, keys are not read. */
  readonly onKey?: ((key: Key) => void) | undefined;
  readonly keyboard?: NodeJS.ReadStream | undefined;
}

/** Without updates only ages and countdowns change, and they are in seconds. */
const maxFrameAgeMs = 1000;

/** Draws a table of orders, or one open order, in place until closed. */
export function openLiveTable(
  buildFrame: (size: Size) => TableFrame,
  options: TableOptions,
): Drawing {
  const { stream, onKey, keyboard } = options;
  const since = Date.now();
  const frame = (size: Size) => tableFrame(buildFrame(size), options, { ...size, since });
  return draw(frame, { stream, maxFrameAgeMs, keyboard, ...(onKey && { onKey }) });
}

/** Renders the screen. `since`: start of an order whose item has not been read yet (epoch ms). */
export function tableFrame(
  { above, order, recentEvents = [], below }: TableFrame,
  format: OrderFormat,
  { rows, ...framed }: Size & { readonly since: number },
) {
  const gap = recentEvents.length > 0 ? [' '] : [];
  const left = rows - [above, gap, recentEvents, below].flat().length;
  return (
    <Box flexDirection="column">
      <Lines lines={above} />
      {order && orderFrame(order, format, { ...framed, rows: left, keys: '' })}
      <Lines lines={[...gap, ...recentEvents]} />
      <Lines lines={below} />
    </Box>
  );
}

function Lines({ lines }: { readonly lines: readonly string[] }) {
  return lines.map((line, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines are identified by their position
    <Text key={index} wrap="truncate">
      {line}
    </Text>
  ));
}

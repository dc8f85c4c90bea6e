import { Box, Text } from 'ink';
import { draw, type Size } from './draw.ts';
import type { Key } from './screen.tsx';

/**
 * Draws lines in place until closed, as many as the terminal has rows. Closing prints all lines. With `onQuit`, keys are read, and
 * it is called for `q`.
 */
export function openLiveLines(
  renderLines: (size: Partial<Size>) => readonly string[],
  stream: NodeJS.WriteStream,
  onQuit?: () => void,
) {
  const frame = (size: Size) => (
    <Box flexDirection="column">
      {renderLines(size).map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are identified by their position
        <Text key={index} wrap="truncate">
          {line}
        </Text>
      ))}
    </Box>
  );
  const onKey = (key: Key) => {
    if (typeof key === 'object' && key.text.includes('q')) onQuit?.();
  };
  const drawing = draw(frame, { stream, ...(onQuit && { onKey }) });
  return { close: () => drawing.close(`${renderLines({ columns: stream.columns }).join('\n')}\n`) };
}

import { Box, Text } from 'ink';
import { draw, type Size } from './draw.ts';

/** Draws lines in place until closed, as many as the terminal has rows. Closing prints all lines. */
export function openLiveLines(
  renderLines: (size: Partial<Size>) => readonly string[],
  stream: NodeJS.WriteStream,
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
  const drawing = draw(frame, { stream });
  return { close: () => drawing.close(`${renderLines({ columns: stream.columns }).join('\n')}\n`) };
}

import { Box, Text } from 'ink';
import { draw, type Size } from './draw.ts';

/** Draws lines in place until closed, at most as many as the terminal has rows; then leaves all of them behind. */
export function openLiveLines(
  linesOf: (size: Partial<Size>) => readonly string[],
  stream: NodeJS.WriteStream,
) {
  const frame = (size: Size) => (
    <Box flexDirection="column">
      {linesOf(size).map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place on the screen
        <Text key={index} wrap="truncate">
          {line}
        </Text>
      ))}
    </Box>
  );
  const drawing = draw(frame, { stream });
  return { close: () => drawing.close(`${linesOf({ columns: stream.columns }).join('\n')}\n`) };
}

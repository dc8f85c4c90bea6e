import { renderToString, Text } from 'ink';
import { readableColors } from '../workflow/readable-colors.ts';

type Color = keyof typeof readableColors;

const toPalette = (color: Color) => `ansi256(${readableColors[color]})`;

/** Whether Ink shows colors of the palette of 256. With a palette of 16, it would show some of them as black. */
const hasPalette = renderToString(<Text color={toPalette('cyan')}>x</Text>).includes('38;5;');

/** Returns a color for Ink that is readable on light and dark backgrounds, if the terminal has it. */
export const inkColor = (color: Color): string => (hasPalette ? toPalette(color) : color);

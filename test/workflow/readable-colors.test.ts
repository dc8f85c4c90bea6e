import { expect, it } from 'vitest';
import { readableColors } from '../../src/workflow/readable-colors.ts';

type Rgb = readonly number[];
const white: Rgb = [255, 255, 255];
const black: Rgb = [0, 0, 0];
const solarizedLight: Rgb = [253, 246, 227];
const solarizedDark: Rgb = [0, 43, 54];

/** Returns a color of the 6 × 6 × 6 cube of the palette of 256. */
function paletteColor(index: number): Rgb {
  const levels = [0, 95, 135, 175, 215, 255];
  const place = index - 16;
  return [Math.floor(place / 36), Math.floor(place / 6) % 6, place % 6].map(
    (at) => levels[at] ?? 0,
  );
}

/** Relative luminance, as WCAG defines it. */
function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: Rgb, b: Rgb): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

it.each(Object.entries(readableColors))(
  'shows %s readably on light and dark backgrounds',
  (_, index) => {
    for (const background of [white, black, solarizedLight, solarizedDark])
      expect(contrast(paletteColor(index), background)).toBeGreaterThan(3);
  },
);

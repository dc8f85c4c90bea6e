/**
 * Colors of the palette of 256, for colors that the usual palette of 16 shows too bright on a white background or too dark on a black one:
 * as text they have a contrast of at least 3:1 on white, on black and on the backgrounds of Solarized.
 */
export const readableColors = { green: 64, yellow: 136, blue: 33, magenta: 134, cyan: 30 } as const;

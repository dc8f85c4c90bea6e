import { randomInt } from 'node:crypto';

/** Returns a random number from 0 (inclusive) to 1 (exclusive). */
export type RandomFraction = () => number;

export const randomFraction: RandomFraction = () => randomInt(2 ** 32) / 2 ** 32;

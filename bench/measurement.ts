import type { Sizes } from './options.ts';
import type { Bench } from './project.ts';

/** A measured value, with its unit in the name. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly better: 'higher' | 'lower';
}

/** A part of the bench that measures a checkout whose runtime has just started. */
export interface Part {
  /** Returns the interface of this part that the checkout lacks; nothing if it can be measured. */
  readonly findMissing?: (bench: Bench) => string | undefined;
  readonly measure: (bench: Bench, sizes: Sizes) => Promise<Measurement[]>;
}

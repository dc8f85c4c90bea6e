import type { Target } from './target.ts';

/** Outputs of a stack: value by output name. */
export type StackOutputs = Readonly<Record<string, string>>;

/** A deployed stack: how to reach it, and its outputs. */
export interface Stack {
  readonly target: Target;
  readonly outputs: StackOutputs;
}

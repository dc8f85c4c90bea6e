import { translateError } from '../../aws/errors.ts';
import type { Target } from '../../environment/target.ts';
import { describeError } from './json-output.ts';

/** Returns the message of a failed request, as a command would print it. */
export const describeFailure = (target: Target, error: unknown): string =>
  describeError(translateError(error, target)).message;

import type { Value } from '../values.ts';
import type { Path } from './ast.ts';

/** Resolves the placeholders of an expression. */
export interface Placeholders {
  /** Returns the path with its `#name` placeholders replaced by attribute names. */
  path(path: Path): Path;
  /** Returns the attribute name for a `#name` placeholder; any other part is returned unchanged. */
  name(part: string): string;
  /** Returns the value of a `:name` placeholder. */
  value(name: string): Value;
}

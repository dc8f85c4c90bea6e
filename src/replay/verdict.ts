/** The result of the replay of one execution. */

export interface OperationRef {
  readonly id: string;
  readonly type: string;
  readonly name?: string | undefined;
}

/** A difference between the history and the replayed code. */
export interface Finding {
  /**
   * `changed`: a property of an operation differs. `added`: the history does not have the operation. `missing`: the code does not reach
   * it. `outcome`: the invocation ends differently.
   */
  readonly kind: 'changed' | 'added' | 'missing' | 'outcome';
  readonly operation?: OperationRef | undefined;
  /** Position of the operation in the history, 1 for the first; absent for an outcome. */
  readonly position?: number | undefined;
  readonly property?: string | undefined;
  readonly expected?: unknown;
  readonly actual?: unknown;
  /** Place in the source that causes the difference, `file:line:column`. */
  readonly source?: string | undefined;
  /** Place that calls the source, if it is in another function. */
  readonly caller?: string | undefined;
}

export type Verdict =
  /** The code does exactly what the history shows. */
  | { readonly verdict: 'identical' }
  /** So does the code up to the end of the history, and then it waits for or starts these operations. */
  | { readonly verdict: 'continues'; readonly operations: readonly OperationRef[] }
  /** The code differs from the history. `invocation` is 1 for the first. */
  | {
      readonly verdict: 'diverges';
      readonly finding: Finding;
      readonly invocation: number;
      /** The code does the same as the history at the recorded times, but not at others. */
      readonly dependsOnClock?: true;
    }
  /** The replay could not be completed. */
  | { readonly verdict: 'broken'; readonly reason: string }
  /** There is no history to replay. */
  | { readonly verdict: 'skipped'; readonly reason: string };

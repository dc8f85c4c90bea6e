/** A permission that an operation requires. An operation may require several; each is decided on its own. */
export interface Permission {
  /** Service and action, for example `dynamodb:GetItem`. */
  readonly action: string;
  /** ARN of the resource, or `*` for an action that has no resource type. */
  readonly resource: string;
  /** Values of condition keys that only this request determines, by key name, for example `dynamodb:Attributes`. */
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>;
}

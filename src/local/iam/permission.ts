/** A permission that an operation requires. An operation may require several; each is decided on its own. */
export interface Permission {
  /** Service and action, for example `dynamodb:GetItem`. */
  readonly action: string;
  /** ARN of the resource, or `*` for an action that has no resource type. */
  readonly resource: string;
  /** Values of condition keys that only this request determines, by key name, for example `dynamodb:Attributes`. */
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>;
}

type ConditionValues = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Returns a permission. `readConditions` returns the values of condition keys, undefined or an empty list for an absent key. It is
 * called only if a policy compares such a key, because most policies do not.
 */
export function requirePermission(
  action: string,
  resource: string,
  readConditions?: () => ConditionValues,
): Permission {
  return readConditions
    ? new ConditionalPermission(action, resource, readConditions)
    : { action, resource };
}

/** A permission with condition keys. A getter in a class is faster than in a literal, and every request creates such a permission. */
class ConditionalPermission implements Permission {
  readonly action: string;
  readonly resource: string;
  readonly #readConditions: () => ConditionValues;

  constructor(action: string, resource: string, readConditions: () => ConditionValues) {
    this.action = action;
    this.resource = resource;
    this.#readConditions = readConditions;
  }

  get conditions(): Readonly<Record<string, string | readonly string[]>> {
    const entries = Object.entries(this.#readConditions()).filter(
      (entry): entry is [string, string | readonly string[]] =>
        entry[1] !== undefined && entry[1].length > 0,
    );
    return Object.fromEntries(entries);
  }
}

/** Returns the condition keys for the tags in a request: `aws:RequestTag/KEY` and `aws:TagKeys`. */
export function requestTagConditions(tags: Readonly<Record<string, string>>): ConditionValues {
  return {
    'aws:TagKeys': Object.keys(tags),
    ...prefixKeys('aws:RequestTag/', tags),
  };
}

/** Returns the condition keys for the tags of a resource: `aws:ResourceTag/KEY`. */
export function resourceTagConditions(tags: Readonly<Record<string, string>>): ConditionValues {
  return prefixKeys('aws:ResourceTag/', tags);
}

function prefixKeys(prefix: string, tags: Readonly<Record<string, string>>): ConditionValues {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [prefix + key, value]));
}

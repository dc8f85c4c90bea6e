/**
 * Returns whether an event matches an EventBridge pattern: every field of the pattern must have one of the listed values. Values
 * may be matchers: `prefix`, `suffix`, `exists`, `anything-but`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function matchesPattern(pattern: unknown, event: unknown): boolean {
  if (!isObject(pattern)) return false;
  const fields = isObject(event) ? event : {};
  return Object.entries(pattern).every(([name, expected]) => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (Array.isArray(expected)) return expected.some((item) => matchesAny(item, value));
    return matchesPattern(expected, value);
  });
}

/** A list in the event matches if one of its values matches. */
function matchesAny(expected: unknown, value: unknown): boolean {
  if (isObject(expected) && Object.hasOwn(expected, 'exists'))
    return (value !== undefined) === expected['exists'];
  return Array.isArray(value)
    ? value.some((item) => matchesValue(expected, item))
    : matchesValue(expected, value);
}

function matchesValue(expected: unknown, value: unknown): boolean {
  if (!isObject(expected)) return expected === value;
  const text = typeof value === 'string' ? value : undefined;
  if ('prefix' in expected) return text?.startsWith(String(expected['prefix'])) ?? false;
  if ('suffix' in expected) return text?.endsWith(String(expected['suffix'])) ?? false;
  if ('anything-but' in expected) {
    const excluded = expected['anything-but'];
    const list = Array.isArray(excluded) ? excluded : [excluded];
    return value !== undefined && !list.some((item) => matchesValue(item, value));
  }
  return false;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

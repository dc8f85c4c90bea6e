/**
 * Whether an event matches an EventBridge pattern: every field that the pattern names must have one of the values it
 * lists. Values may be matchers: `prefix`, `suffix`, `exists`, `anything-but`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function matches(pattern: unknown, event: unknown): boolean {
  if (!isObject(pattern)) return false;
  const fields = isObject(event) ? event : {};
  return Object.entries(pattern).every(([name, wanted]) => {
    const value = fields[name];
    if (Array.isArray(wanted)) return wanted.some((each) => isOneOf(each, value));
    return matches(wanted, value);
  });
}

/** A list in the event matches when one of its values does. */
function isOneOf(wanted: unknown, value: unknown): boolean {
  if (isObject(wanted) && 'exists' in wanted) return (value !== undefined) === wanted['exists'];
  return Array.isArray(value) ? value.some((each) => fits(wanted, each)) : fits(wanted, value);
}

function fits(wanted: unknown, value: unknown): boolean {
  if (!isObject(wanted)) return wanted === value;
  const text = typeof value === 'string' ? value : undefined;
  if ('prefix' in wanted) return text?.startsWith(String(wanted['prefix'])) ?? false;
  if ('suffix' in wanted) return text?.endsWith(String(wanted['suffix'])) ?? false;
  if ('anything-but' in wanted) {
    const unwanted = wanted['anything-but'];
    const list = Array.isArray(unwanted) ? unwanted : [unwanted];
    return value !== undefined && !list.some((each) => fits(each, value));
  }
  return false;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Removes personal data from payloads. Pure. */

const personalKeys = new Set(['customerEmail', 'customerPhone']);
const emailPattern = /[^\s"'<>@]+@[^\s"'<>@]+\.[^\s"'<>@]+/g;
const phonePattern = /\+\d[\d ()-]{5,}\d/g;

const redacted = '[redacted]';

/** Returns a payload without e-mail addresses and phone numbers. A payload that is not JSON is redacted as text. */
export function redact(text: string): string {
  try {
    return JSON.stringify(redactValue(JSON.parse(text)));
  } catch {
    return redactText(text);
  }
}

function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redactValue);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([key, member]) => [
    key,
    personalKeys.has(key) ? redacted : redactValue(member),
  ]);
  return Object.fromEntries(fields);
}

function redactText(text: string): string {
  return text.replace(emailPattern, redacted).replace(phonePattern, redacted);
}

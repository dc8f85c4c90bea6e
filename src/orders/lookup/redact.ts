/** Keeps personal data out of what is shown without being asked for. */

const personalKeys = new Set(['customerEmail', 'customerPhone']);
const email = /[^\s"'<>@]+@[^\s"'<>@]+\.[^\s"'<>@]+/g;
const phone = /\+\d[\d ()-]{5,}\d/g;

const redacted = '[redacted]';

/** A payload without e-mail addresses and phone numbers; what is no JSON is searched as text. */
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
  const fields = Object.entries(value).map(([key, each]) => [
    key,
    personalKeys.has(key) ? redacted : redactValue(each),
  ]);
  return Object.fromEntries(fields);
}

function redactText(text: string): string {
  return text.replace(email, redacted).replace(phone, redacted);
}

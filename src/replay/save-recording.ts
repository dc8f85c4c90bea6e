/** Stores recordings in files, without the personal data of the customers. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedEvent, Recording } from './recording.ts';

/** Values that keep the shape of personal data, so that the replayed code accepts them. */
const placeholders: Readonly<Record<string, string>> = {
  customerEmail: 'redacted@example.com',
  customerPhone: '+10000000000',
};
const email = /[^\s"'<>@\\]+@[^\s"'<>@\\]+\.[^\s"'<>@\\]+/g;

/** Writes a recording to `DIR/NAME.json` and returns the path. Personal data is replaced. */
export function saveRecording(folder: string, recording: Recording): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${recording.name}.json`);
  writeFileSync(file, `${JSON.stringify(redactRecording(recording), null, 1)}\n`, { mode: 0o600 });
  return file;
}

/** Returns a recording whose payloads have no e-mail addresses and phone numbers. */
function redactRecording(recording: Recording): Recording {
  const { input, events, ...rest } = recording;
  return {
    ...rest,
    ...(input === undefined ? {} : { input: redactText(input) }),
    events: redactMember(events) as readonly RecordedEvent[],
  };
}

function redactMember(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redactMember);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      Object.hasOwn(placeholders, key) && typeof member === 'string'
        ? placeholders[key]
        : redactMember(member),
    ]),
  );
}

/** Payloads are JSON texts: their members are replaced by name, and any other e-mail address by its form. */
function redactText(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return JSON.stringify(redactMember(value));
  } catch {
    // A text that is not JSON.
  }
  return text.replace(email, placeholders['customerEmail'] ?? '');
}

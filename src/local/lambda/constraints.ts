import { AwsError } from '../wire/aws-error.ts';

/** An object of a JSON request. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns a member of a request as text: strings unchanged, all else as JSON. */
export function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** Collects the constraint violations of a request and reports all of them in one error, like Lambda's front end. */
export class Constraints {
  readonly #violations: string[] = [];

  /** Adds a violation of a constraint that this class does not check. */
  add(name: string, value: unknown, constraint: string): void {
    this.#addViolation(name, value, constraint);
  }

  #addViolation(name: string, value: unknown, constraint: string): void {
    this.#violations.push(
      `Value '${toText(value)}' at '${name}' failed to satisfy constraint: ${constraint}`,
    );
  }

  required(name: string, value: unknown): void {
    if (value !== undefined && value !== null && value !== '') return;
    this.#addViolation(name, null, 'Member must not be null');
  }

  matches(name: string, value: unknown, pattern: RegExp): void {
    if (value === undefined || pattern.test(toText(value))) return;
    this.#addViolation(
      name,
      value,
      `Member must satisfy regular expression pattern: ${pattern.source}`,
    );
  }

  within(name: string, value: unknown, [min, max]: readonly [number, number]): void {
    if (value === undefined) return;
    const number = Number(value);
    if (typeof value !== 'number' || !Number.isInteger(number) || number < min) {
      this.#addViolation(name, value, `Member must have value greater than or equal to ${min}`);
    } else if (number > max) {
      this.#addViolation(name, value, `Member must have value less than or equal to ${max}`);
    }
  }

  maxLength(name: string, value: unknown, max: number): void {
    if (value === undefined || toText(value).length <= max) return;
    this.#addViolation(name, value, `Member must have length less than or equal to ${max}`);
  }

  oneOf(name: string, value: unknown, values: readonly string[]): void {
    if (value === undefined || values.includes(toText(value))) return;
    this.#addViolation(name, value, `Member must satisfy enum value set: [${values.join(', ')}]`);
  }

  allOf(name: string, members: readonly string[], values: readonly string[]): void {
    if (members.every((member) => values.includes(member))) return;
    this.#addViolation(
      name,
      `[${members.join(', ')}]`,
      `Member must satisfy constraint: [Member must satisfy enum value set: [${values.join(', ')}]]`,
    );
  }

  /** Throws ValidationException with all violations, if there are any. */
  throwIfViolated(): void {
    const count = this.#violations.length;
    if (count === 0) return;
    throw new AwsError(
      'ValidationException',
      `${count} validation ${count === 1 ? 'error' : 'errors'} detected: ${this.#violations.join('; ')}`,
    );
  }
}

import { AwsError } from '../wire/aws-error.ts';

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of a request as text, whatever it is. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** Collects what is wrong with a request, so that all of it is told at once, as Lambda's front end does. */
export class Constraints {
  readonly #broken: string[] = [];

  #breaks(name: string, value: unknown, constraint: string): void {
    this.#broken.push(
      `Value '${textOf(value)}' at '${name}' failed to satisfy constraint: ${constraint}`,
    );
  }

  required(name: string, value: unknown): void {
    if (value !== undefined && value !== null && value !== '') return;
    this.#breaks(name, null, 'Member must not be null');
  }

  matches(name: string, value: unknown, pattern: RegExp): void {
    if (value === undefined || pattern.test(textOf(value))) return;
    this.#breaks(name, value, `Member must satisfy regular expression pattern: ${pattern.source}`);
  }

  within(name: string, value: unknown, [least, most]: readonly [number, number]): void {
    if (value === undefined) return;
    const number = Number(value);
    if (typeof value !== 'number' || !Number.isInteger(number) || number < least) {
      this.#breaks(name, value, `Member must have value greater than or equal to ${least}`);
    } else if (number > most) {
      this.#breaks(name, value, `Member must have value less than or equal to ${most}`);
    }
  }

  longest(name: string, value: unknown, most: number): void {
    if (value === undefined || textOf(value).length <= most) return;
    this.#breaks(name, value, `Member must have length less than or equal to ${most}`);
  }

  oneOf(name: string, value: unknown, values: readonly string[]): void {
    if (value === undefined || values.includes(textOf(value))) return;
    this.#breaks(name, value, `Member must satisfy enum value set: [${values.join(', ')}]`);
  }

  eachOf(name: string, members: readonly string[], values: readonly string[]): void {
    if (members.every((member) => values.includes(member))) return;
    this.#breaks(
      name,
      `[${members.join(', ')}]`,
      `Member must satisfy constraint: [Member must satisfy enum value set: [${values.join(', ')}]]`,
    );
  }

  /** Throws ValidationException when something is broken. */
  check(): void {
    const count = this.#broken.length;
    if (count === 0) return;
    throw new AwsError(
      'ValidationException',
      `${count} validation ${count === 1 ? 'error' : 'errors'} detected: ${this.#broken.join('; ')}`,
    );
  }
}

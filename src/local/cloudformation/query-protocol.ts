import { AwsError } from '../wire/aws-error.ts';
import { createQueryResponses } from '../wire/query-xml.ts';

export { parseForm } from '../wire/query-xml.ts';

export const { resultResponse, errorResponse } = createQueryResponses(
  'http://cloudformation.amazonaws.com/doc/2010-05-15/',
);

export type Values = { readonly [name: string]: unknown };

/** Returns a list of strings in a form. */
export function readStrings(form: URLSearchParams, name: string): string[] {
  const members: string[] = [];
  for (let index = 1; ; index += 1) {
    const value = form.get(`${name}.member.${index}`);
    if (value === null) return members;
    members.push(value);
  }
}

/** Returns a list of structures in a form. Their fields have only simple values. */
export function readStructures(form: URLSearchParams, name: string): Record<string, string>[] {
  const members = new Map<number, Record<string, string>>();
  const prefix = `${name}.member.`;
  for (const [key, value] of form) {
    if (!key.startsWith(prefix)) continue;
    const [, index, field] = /^(\d+)\.(\w+)$/.exec(key.slice(prefix.length)) ?? [];
    if (!index || !field) continue;
    const entry = members.get(Number(index)) ?? {};
    members.set(Number(index), Object.assign(entry, { [field]: value }));
  }
  return [...members].sort(([a], [b]) => a - b).map(([, member]) => member);
}

/** Returns the ValidationError with which CloudFormation reports almost every problem. */
export function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

/** Describes a difference in words. */
import type { Finding } from './verdict.ts';

/** Returns one sentence about a difference, for example `package-order: name is "pack" instead of "package-order"`. */
export function describeFinding({ kind, operation, property, expected, actual }: Finding): string {
  const name = operation?.name ?? operation?.type ?? 'the execution';
  switch (kind) {
    case 'added':
      return `${name}: the recorded order has no such operation here`;
    case 'missing':
      return `${name}: the code does not reach this operation`;
    case 'changed':
    case 'outcome':
      return `${name}: ${property} is ${formatValue(actual)} instead of ${formatValue(expected)}`;
  }
}

const maxValueLength = 60;

function formatValue(value: unknown): string {
  const text = value === undefined ? 'absent' : JSON.stringify(value);
  return text.length > maxValueLength ? `${text.slice(0, maxValueLength - 1)}…` : text;
}

import { AwsError } from '../wire/aws-error.ts';
import { Constraints } from './constraints.ts';
import { publicStatuses } from './execution/status.ts';

const maxItems = 1000;
const defaultItems = 100;

/** Returns the page size of a query; 0 or an absent size means 100. Throws ValidationException or SerializationException. */
export function parsePageSize(query: URLSearchParams): number {
  const constraints = new Constraints();
  const size = readSize(query, constraints);
  constraints.throwIfViolated();
  return size;
}

/** Returns the filters of a listing of executions (times in epoch ms). Throws ValidationException or SerializationException. */
export function parseListingQuery(query: URLSearchParams) {
  const constraints = new Constraints();
  const limit = readSize(query, constraints);
  const name = query.get('DurableExecutionName') ?? undefined;
  constraints.matches('durableExecutionName', name, /^[a-zA-Z0-9-_]+$/);
  const selected = query.getAll('Statuses');
  constraints.allOf('statuses', selected, publicStatuses);
  const after = parseTime(query, 'StartedAfter') ?? 0;
  const before = parseTime(query, 'StartedBefore') ?? Number.MAX_SAFE_INTEGER;
  constraints.throwIfViolated();
  return { limit, name, statuses: selected, after, before };
}

function readSize(query: URLSearchParams, constraints: Constraints): number {
  const text = query.get('MaxItems');
  if (text === null) return defaultItems;
  const size = Number(text);
  if (text.trim() === '' || !Number.isInteger(size)) throw conversionError(text, 'Integer');
  constraints.within('maxItems', size, [0, maxItems]);
  return size || defaultItems;
}

/** Parses an ISO 8601 time or epoch seconds (to epoch ms). */
function parseTime(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const at = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(at)) throw conversionError(text, 'Date');
  return at;
}

function conversionError(text: string, type: string): AwsError {
  return new AwsError('SerializationException', `'${text}' can not be converted to ${type}`);
}

import { AwsError } from '../wire/aws-error.ts';
import { Constraints } from './constraints.ts';

const statuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'STOPPED'];
const mostItems = 1000;
const standardItems = 100;

/** How many items a page may have; 0 and nothing stand for a hundred. Throws ValidationException or SerializationException. */
export function pageSize(query: URLSearchParams): number {
  const constraints = new Constraints();
  const size = checkedSize(query, constraints);
  constraints.check();
  return size;
}

/** What a listing of executions asks for; times are epoch ms. Throws as `pageSize` does. */
export function listingQuery(query: URLSearchParams) {
  const constraints = new Constraints();
  const limit = checkedSize(query, constraints);
  const name = query.get('DurableExecutionName') ?? undefined;
  constraints.matches('durableExecutionName', name, /^[a-zA-Z0-9-_]+$/);
  const wanted = query.getAll('Statuses');
  constraints.eachOf('statuses', wanted, statuses);
  const after = time(query, 'StartedAfter') ?? 0;
  const before = time(query, 'StartedBefore') ?? Number.MAX_SAFE_INTEGER;
  constraints.check();
  return { limit, name, statuses: wanted, after, before };
}

function checkedSize(query: URLSearchParams, constraints: Constraints): number {
  const text = query.get('MaxItems');
  if (text === null) return standardItems;
  const size = Number(text);
  if (text.trim() === '' || !Number.isInteger(size)) throw unconvertible(text, 'Integer');
  constraints.within('maxItems', size, [0, mostItems]);
  return size || standardItems;
}

/** An ISO time, or epoch seconds. */
function time(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const at = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(at)) throw unconvertible(text, 'Date');
  return at;
}

function unconvertible(text: string, type: string): AwsError {
  return new AwsError('SerializationException', `'${text}' can not be converted to ${type}`);
}

import { invalidParameter } from '../errors.ts';

const maxPageSize = 50;

/**
 * Returns a page of a list under the given key, from the marker of the query on. Throws InvalidParameterValueException for
 * an invalid marker or number of items.
 */
export function toPage(key: string, items: readonly unknown[], query: URLSearchParams) {
  const marker = query.get('Marker') ?? '0';
  if (!/^\d+$/.test(marker)) throw invalidParameter('Invalid Marker');
  const from = Number(marker);
  const size = Number(query.get('MaxItems') ?? maxPageSize);
  if (!Number.isInteger(size) || size < 1) {
    throw invalidParameter(
      `Value '${query.get('MaxItems')}' at 'maxItems' is not a number of items`,
    );
  }
  const to = from + Math.min(size, maxPageSize);
  return {
    [key]: items.slice(from, to),
    ...(to < items.length ? { NextMarker: String(to) } : {}),
  };
}

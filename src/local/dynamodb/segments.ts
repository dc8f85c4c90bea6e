import { invalid } from './errors.ts';
import { encodeKey } from './keys.ts';
import type { Table } from './table.ts';
import type { Item } from './values.ts';

const maxSegments = 1_000_000;

/**
 * Returns a filter for the items of one segment of a parallel scan; undefined if the scan is not parallel. All items with the
 * same partition key are in the same segment. Throws ValidationException if the parameters are not valid.
 */
export function createSegmentFilter(
  { keys }: Table,
  { Segment, TotalSegments }: { readonly Segment?: number; readonly TotalSegments?: number },
): ((item: Item) => boolean) | undefined {
  if (Segment === undefined && TotalSegments === undefined) return undefined;
  if (TotalSegments === undefined) {
    throw invalid(
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    );
  }
  if (Segment === undefined) {
    throw invalid(
      'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
    );
  }
  if (!(TotalSegments >= 1 && TotalSegments <= maxSegments)) {
    throw invalid(
      `1 validation error detected: Value '${TotalSegments}' at 'totalSegments' failed to satisfy constraint: Member must have value between 1 and ${maxSegments}`,
    );
  }
  if (!(Segment >= 0 && Segment < TotalSegments)) {
    throw invalid(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${Segment} is not less than TotalSegments: ${TotalSegments}`,
    );
  }
  return (item) => fnv1a(encodeKey(item, keys)?.hash) % TotalSegments === Segment;
}

/** Returns the FNV-1a hash (32 bits). */
function fnv1a(bytes: Buffer | undefined): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes ?? []) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

import { invalid } from './errors.ts';
import { keyOf } from './keys.ts';
import type { Table } from './table.ts';
import type { Item } from './values.ts';

const mostSegments = 1_000_000;

/**
 * Which items a worker of a parallel scan gets: those of a partition key all go to one. Undefined when the scan is not
 * parallel. Throws ValidationException.
 */
export function segmentOf(
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
  if (!(TotalSegments >= 1 && TotalSegments <= mostSegments)) {
    throw invalid(
      `1 validation error detected: Value '${TotalSegments}' at 'totalSegments' failed to satisfy constraint: Member must have value between 1 and ${mostSegments}`,
    );
  }
  if (!(Segment >= 0 && Segment < TotalSegments)) {
    throw invalid(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${Segment} is not less than TotalSegments: ${TotalSegments}`,
    );
  }
  return (item) => hashOf(keyOf(item, keys)?.hash) % TotalSegments === Segment;
}

/** FNV-1a. */
function hashOf(bytes: Buffer | undefined): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes ?? []) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

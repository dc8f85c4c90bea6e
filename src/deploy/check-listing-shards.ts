/** Checks the number of partitions of the listing index. */
import type { Stack as StackDescription } from '@aws-sdk/client-cloudformation';
import { listingShards } from '../../functions/contract/tables.ts';
import { findParameter } from '../environment/stack-parameters.ts';
import { UserError } from '../user-error.ts';

const parameter = 'ListingShards';

/**
 * Throws UserError if the parameter falls below the number of the existing stack, which may have the default: its readers would no
 * longer find the orders in the other partitions. `existing` is undefined if the stack does not exist.
 */
export function checkListingShards(
  existing: Pick<StackDescription, 'Parameters'> | undefined,
  given: Readonly<Record<string, string>>,
): void {
  const wanted = Number(given[parameter]);
  const current = Number(findParameter(existing?.Parameters, parameter) ?? listingShards);
  if (!existing || !(wanted < current)) return;
  throw new UserError(
    `${parameter} cannot fall from ${current} to ${wanted}: the orders in the other partitions would no longer be listed.`,
    {
      hint: `--parameter ${parameter}=${current}`,
      code: 'BadParameter',
      place: { field: parameter },
    },
  );
}

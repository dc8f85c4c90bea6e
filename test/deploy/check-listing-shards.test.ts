import { expect, it } from 'vitest';
import { checkListingShards } from '../../src/deploy/check-listing-shards.ts';

const stackWith = (value: string) => ({
  Parameters: [{ ParameterKey: 'ListingShards', ParameterValue: value }],
});

it.each([
  ['a new stack', undefined, { ListingShards: '4' }],
  ['more partitions', stackWith('8'), { ListingShards: '16' }],
  ['the same number', stackWith('8'), { ListingShards: '8' }],
  ['no value', stackWith('8'), {}],
  ['a stack from before the parameter', { Parameters: [] }, { ListingShards: '4' }],
])('accepts %s', (_, existing, given) => {
  expect(() => checkListingShards(existing, given)).not.toThrow();
});

it('rejects fewer partitions, and names the parameter and the value to keep', () => {
  expect(() => checkListingShards(stackWith('16'), { ListingShards: '8' })).toThrow(
    expect.objectContaining({
      message:
        'ListingShards cannot fall from 16 to 8: the orders in the other partitions would no longer be listed.',
      hints: ['--parameter ListingShards=16'],
      exit: 2,
      place: { field: 'ListingShards' },
    }),
  );
});

import { expect, it } from 'vitest';
import { labelResources } from '../../../src/cli/deploy/versions-table.ts';

it('labels the ids in the description of a version', () => {
  expect(labelResources('wait=300+180 trace=on INFO AROA4WP37U32 PT2M 9JDQ LU4D 73KD TWO7')).toBe(
    'wait=300+180 trace=on INFO role=AROA4WP37U32 orders=PT2M products=9JDQ payments=LU4D loyalty=73KD calls=TWO7',
  );
  expect(labelResources('a description of your own')).toBe('a description of your own');
});

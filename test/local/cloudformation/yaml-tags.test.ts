import { expect, it } from 'vitest';
import { parseYaml } from '../../../src/local/cloudformation/templates/yaml-tags.ts';

it('returns a value that the caller may change without an effect on later callers', () => {
  const text = 'Resources: { Queue: { Type: !Ref Kind } }';
  const first = parseYaml(text) as Record<string, object>;
  Object.assign(first['Resources'] ?? {}, { Other: {} });
  expect(parseYaml(text)).toEqual({ Resources: { Queue: { Type: { Ref: 'Kind' } } } });
});

import * as v from 'valibot';
import type { ReplayGroup } from '../../replay/summary.ts';
import type { Finding, OperationRef } from '../../replay/verdict.ts';
import { schemaFor } from './schema-for.ts';

const operation = schemaFor<OperationRef>()(
  v.strictObject({ id: v.string(), type: v.string(), name: v.optional(v.string()) }),
);

const value = v.pipe(v.unknown(), v.description('absent if the operation has no such value'));

const finding = schemaFor<Finding>()(
  v.strictObject({
    kind: v.picklist(['changed', 'added', 'missing', 'outcome']),
    operation: v.optional(operation),
    position: v.optional(v.pipe(v.number(), v.description('1 for the first operation'))),
    property: v.optional(v.string()),
    expected: v.exactOptional(value),
    actual: v.exactOptional(value),
    source: v.optional(v.pipe(v.string(), v.description('file:line:column'))),
    caller: v.optional(v.pipe(v.string(), v.description('place that calls the source'))),
  }),
);

const group = schemaFor<ReplayGroup>()(
  v.strictObject({
    verdict: v.picklist(['diverges', 'broken', 'skipped']),
    difference: v.string(),
    count: v.number(),
    example: v.string(),
    source: v.optional(v.string()),
    caller: v.optional(v.string()),
  }),
);

const execution = { name: v.string(), arn: v.string(), status: v.string() };
const arn = v.pipe(v.string(), v.description('absent for an order without a known execution'));

/** The data of `orders replay --json`. */
export const replaySchema = v.strictObject({
  counts: v.strictObject({
    identical: v.number(),
    continues: v.number(),
    diverges: v.number(),
    broken: v.number(),
    skipped: v.number(),
  }),
  groups: v.pipe(v.array(group), v.description('the most frequent difference first')),
  replays: v.array(
    v.variant('verdict', [
      v.strictObject({ ...execution, verdict: v.literal('identical') }),
      v.strictObject({
        ...execution,
        verdict: v.literal('continues'),
        operations: v.array(operation),
      }),
      v.strictObject({
        ...execution,
        verdict: v.literal('diverges'),
        finding,
        invocation: v.pipe(v.number(), v.description('1 for the first')),
        dependsOnClock: v.exactOptional(v.literal(true)),
      }),
      v.strictObject({
        ...execution,
        verdict: v.literal('broken'),
        reason: v.string(),
      }),
      v.strictObject({
        name: v.string(),
        arn: v.exactOptional(arn),
        verdict: v.literal('skipped'),
        reason: v.string(),
      }),
    ]),
  ),
});

import * as v from 'valibot';
import { type Comparison, comparedTimes } from '../../orders/load-test/compare/comparison.ts';
import { timeSchema } from './order.ts';
import { schemaFor } from './schema-for.ts';
import { countSchema, msSchema } from './statistics.ts';

const changes = ['better', 'worse', 'no-clear-difference', 'too-few-orders'] as const;
const changeSchema = v.exactOptional(
  v.pipe(v.picklist(changes), v.description('how B differs from A; absent if it is not judged')),
);

const runSchema = v.strictObject({
  id: v.pipe(v.string(), v.description('name of the report in .orders/runs')),
  startedAt: timeSchema,
  passed: v.boolean(),
  orders: v.pipe(countSchema, v.description('submitted orders')),
  environment: v.exactOptional(v.string()),
  timeScale: v.exactOptional(v.number()),
  command: v.exactOptional(v.string()),
});

const measuredSchema = v.exactOptional(
  v.strictObject({
    passed: v.boolean(),
    value: v.exactOptional(
      v.pipe(v.number(), v.description('milliseconds, a share from 0 to 1 or a count')),
    ),
  }),
);

const failuresSchema = v.exactOptional(
  v.pipe(countSchema, v.description('failures; absent if it was not checked')),
);

const saturationSchema = v.exactOptional(
  v.strictObject({
    backlog: v.exactOptional(
      v.pipe(
        v.strictObject({
          startMs: v.pipe(msSchema, v.description('of the first third of the orders')),
          laterMs: v.pipe(msSchema, v.description('of the slower of the other thirds')),
          later: v.picklist(['middle', 'end']),
        }),
        v.description('growth of the median time to the first status'),
      ),
    ),
    submitted: v.exactOptional(
      v.pipe(
        v.strictObject({ perSecond: v.number(), scheduledPerSecond: v.number() }),
        v.description('rates, if orders were submitted more slowly than scheduled'),
      ),
    ),
  }),
);

/** The result of `orders load-test compare`. */
export const loadTestCompareSchema = schemaFor<Comparison>()(
  v.strictObject({
    verdict: v.pipe(
      v.picklist([...changes, 'mixed', 'not-comparable']),
      v.description('how B differs from A'),
    ),
    a: runSchema,
    b: runSchema,
    differences: v.array(
      v.strictObject({
        setting: v.picklist([
          'environment',
          'time scale',
          'waits',
          'mix',
          'orders',
          'rate',
          'ramp',
          'concurrency',
          'submitted',
          'followed until',
          'end',
          'warm-up orders',
          'seed',
          'function version',
          'version of orders',
        ]),
        a: v.string(),
        b: v.string(),
        prevents: v.pipe(v.boolean(), v.description('whether it makes the runs incomparable')),
      }),
    ),
    saturation: v.pipe(
      v.strictObject({ a: saturationSchema, b: saturationSchema }),
      v.description('runs in which orders were submitted faster than they made progress'),
    ),
    advice: v.pipe(v.array(v.string()), v.description('how to confirm the verdict or get one')),
    thresholds: v.array(
      v.strictObject({
        expression: v.string(),
        a: measuredSchema,
        b: measuredSchema,
        change: changeSchema,
      }),
    ),
    checks: v.pipe(
      v.array(
        v.strictObject({
          id: v.string(),
          a: failuresSchema,
          b: failuresSchema,
          change: changeSchema,
        }),
      ),
      v.description('checks that failed in at least one run'),
    ),
    times: v.array(
      v.strictObject({
        time: v.picklist(comparedTimes),
        statistic: v.picklist(['median', 'p95', 'p99']),
        a: msSchema,
        b: msSchema,
        clearMs: v.exactOptional(
          v.pipe(msSchema, v.description('smallest difference that would be clear')),
        ),
        change: changeSchema,
      }),
    ),
    outcomes: v.array(
      v.strictObject({
        name: v.picklist([
          'submitted',
          'completed',
          'failed',
          'running',
          'not accepted',
          'throttled',
        ]),
        a: countSchema,
        b: countSchema,
        change: changeSchema,
      }),
    ),
    rates: v.array(v.strictObject({ name: v.string(), a: v.number(), b: v.number() })),
    notes: v.pipe(v.array(v.string()), v.description('limits of the verdict')),
  }),
);

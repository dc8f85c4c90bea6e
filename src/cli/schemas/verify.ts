import * as v from 'valibot';
import { type MismatchKind, mismatchKinds } from '../../orders/verify/mismatch.ts';
import type { Recounted } from '../../orders/verify/recount.ts';
import type { Repaired } from '../../orders/verify/repair.ts';
import type { Verification } from '../../orders/verify/verify.ts';
import { schemaOf } from './agree.ts';

const kinds = Object.keys(mismatchKinds) as [MismatchKind, ...MismatchKind[]];

const mismatchSchema = v.strictObject({
  kind: v.picklist(kinds),
  orderId: v.exactOptional(v.string()),
  productId: v.exactOptional(v.string()),
  customerId: v.exactOptional(v.string()),
  message: v.string(),
  command: v.pipe(v.string(), v.description('mends it, or shows it where a person has to decide')),
  mends: v.pipe(v.boolean(), v.description('whether the command mends it')),
});

/** The data of `orders list --verify --json`. */
export const verifySchema = schemaOf<Verification>()(
  v.strictObject({
    orders: v.number(),
    executions: v.pipe(v.number(), v.description('that these orders have, and of lost rows')),
    running: v.number(),
    mismatches: v.array(mismatchSchema),
    attention: v.pipe(
      v.array(
        v.strictObject({
          why: v.picklist(['flagged', 'dead-letter']),
          orderIds: v.array(v.string()),
          message: v.string(),
          command: v.string(),
        }),
      ),
      v.description('no mismatch, and for a person to look at'),
    ),
    notJudged: v.array(v.string()),
  }),
);

/** The data of `orders repair --json`. */
export const repairSchema = schemaOf<readonly Repaired[]>()(
  v.array(
    v.strictObject({
      orderId: v.string(),
      deeds: v.array(v.picklist(['write-row', 'restore-row', 'correct-row', 'recover', 'settle'])),
      mended: v.pipe(v.array(mismatchSchema), v.description('what was wrong')),
      left: v.pipe(v.array(mismatchSchema), v.description('what still is')),
    }),
  ),
);

const countersSchema = v.strictObject({ reserved: v.number(), sold: v.number() });

/** The data of `orders inventory recount --json`. */
export const recountSchema = schemaOf<Recounted>()(
  v.strictObject({
    productId: v.string(),
    before: v.exactOptional(countersSchema),
    now: v.exactOptional(countersSchema),
  }),
);

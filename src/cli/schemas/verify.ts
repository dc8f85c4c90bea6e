import * as v from 'valibot';
import { type MismatchKind, mismatchKinds } from '../../orders/verify/mismatch.ts';
import type { RecountResult } from '../../orders/verify/recount.ts';
import type { RepairResult } from '../../orders/verify/repair.ts';
import type { Verification } from '../../orders/verify/verify.ts';
import { schemaFor } from './schema-for.ts';

const kinds = Object.keys(mismatchKinds) as [MismatchKind, ...MismatchKind[]];

const mismatchSchema = v.strictObject({
  kind: v.picklist(kinds),
  orderId: v.exactOptional(v.string()),
  productId: v.exactOptional(v.string()),
  customerId: v.exactOptional(v.string()),
  message: v.string(),
  command: v.pipe(
    v.string(),
    v.description('command that repairs it, or shows it if it needs a decision'),
  ),
  mends: v.pipe(v.boolean(), v.description('whether the command repairs it')),
});

/** The data of `orders list --verify --json`. */
export const verifySchema = schemaFor<Verification>()(
  v.strictObject({
    orders: v.number(),
    executions: v.pipe(v.number(), v.description('executions of these orders and of lost records')),
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
      v.description('orders that need attention without a mismatch'),
    ),
    notJudged: v.array(v.string()),
  }),
);

/** The data of `orders repair --json`. */
export const repairSchema = schemaFor<readonly RepairResult[]>()(
  v.array(
    v.strictObject({
      orderId: v.string(),
      deeds: v.array(v.picklist(['write-row', 'restore-row', 'correct-row', 'recover', 'settle'])),
      mended: v.pipe(v.array(mismatchSchema), v.description('repaired mismatches')),
      left: v.pipe(v.array(mismatchSchema), v.description('remaining mismatches')),
    }),
  ),
);

const countersSchema = v.strictObject({ reserved: v.number(), sold: v.number() });

/** The data of `orders inventory recount --json`. */
export const recountSchema = schemaFor<RecountResult>()(
  v.strictObject({
    productId: v.string(),
    before: v.exactOptional(countersSchema),
    now: v.exactOptional(countersSchema),
  }),
);

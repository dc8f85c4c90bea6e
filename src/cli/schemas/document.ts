/** The document that a command which answers once writes with `--json`. */
import * as v from 'valibot';
import { type describeError, type Meta, version } from '../command/json-output.ts';
import { schemaOf } from './agree.ts';
import { timeSchema } from './order.ts';

const metaSchema = schemaOf<Meta & { readonly ts: string }>()(
  v.strictObject({
    env: v.exactOptional(v.string()),
    region: v.exactOptional(v.string()),
    since: v.exactOptional(v.pipe(timeSchema, v.description('how far back a list looks'))),
    cursor: v.exactOptional(v.pipe(v.string(), v.description('where a list that is cut goes on'))),
    ts: timeSchema,
  }),
);

/** A command that worked; `data` is what its own schema says. */
export const documentOf = <Schema extends v.GenericSchema>(data: Schema) =>
  v.strictObject({
    v: v.literal(version),
    ok: v.literal(true),
    data,
    warnings: v.array(v.string()),
    meta: metaSchema,
  });

const errorSchema = schemaOf<ReturnType<typeof describeError>>()(
  v.strictObject({
    code: v.pipe(v.string(), v.description('stable, for programs')),
    message: v.string(),
    hint: v.pipe(v.array(v.string()), v.description('what to do next')),
    exit: v.number(),
  }),
);

/** A command that did not. */
export const errorDocumentSchema = v.strictObject({
  v: v.literal(version),
  ok: v.literal(false),
  error: errorSchema,
  warnings: v.array(v.string()),
});

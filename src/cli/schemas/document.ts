/** The JSON document of a command that prints a single result. */
import * as v from 'valibot';
import { type describeError, jsonFormatVersion, type Meta } from '../command/json-output.ts';
import { timeSchema } from './order.ts';
import { schemaFor } from './schema-for.ts';

const metaSchema = schemaFor<Meta & { readonly ts: string }>()(
  v.strictObject({
    env: v.exactOptional(v.string()),
    region: v.exactOptional(v.string()),
    since: v.exactOptional(v.pipe(timeSchema, v.description('start of the listed period'))),
    cursor: v.exactOptional(v.pipe(v.string(), v.description('cursor of the next page'))),
    ts: timeSchema,
  }),
);

/** Returns the document schema of a successful command, whose `data` has the given schema. */
export const createDocumentSchema = <Schema extends v.GenericSchema>(data: Schema) =>
  v.strictObject({
    v: v.literal(jsonFormatVersion),
    ok: v.literal(true),
    data,
    warnings: v.array(v.string()),
    meta: metaSchema,
  });

const errorSchema = schemaFor<ReturnType<typeof describeError>>()(
  v.strictObject({
    code: v.pipe(v.string(), v.description('stable, for programs')),
    message: v.string(),
    hint: v.pipe(v.array(v.string()), v.description('next steps')),
    exit: v.number(),
    field: v.optional(v.pipe(v.string(), v.description('the parameter or part of the template'))),
    line: v.optional(v.pipe(v.number(), v.description('line of the template'))),
  }),
);

/** The document of a failed command. */
export const errorDocumentSchema = v.strictObject({
  v: v.literal(jsonFormatVersion),
  ok: v.literal(false),
  error: errorSchema,
  warnings: v.array(v.string()),
});

import * as v from 'valibot';
import { logLevels, logSources } from '../../orders/logs/entry.ts';
import type { toLogRecord } from '../logs/log-lines.ts';
import { timeSchema } from './order.ts';
import { schemaFor } from './schema-for.ts';

export const logEntries = {
  type: v.literal('log'),
  ts: timeSchema,
  ingestedAt: v.pipe(timeSchema, v.description('time of ingestion by CloudWatch')),
  id: v.string(),
  source: v.picklist(logSources),
  level: v.picklist(logLevels),
  message: v.string(),
  orderId: v.exactOptional(v.string()),
  step: v.exactOptional(v.string()),
  attempt: v.exactOptional(v.number()),
  requestId: v.exactOptional(v.string()),
  fields: v.pipe(v.record(v.string(), v.unknown()), v.description('further fields of the line')),
  replay: v.pipe(v.boolean(), v.description('repeated by a replay')),
};

// Compiles only if the fields match the record that is printed.
schemaFor<ReturnType<typeof toLogRecord>>()(v.strictObject(logEntries));

/** A record of `orders logs --json`. */
export const logsSchema = v.variant('type', [
  v.strictObject({ v: v.literal(1), ...logEntries }),
  v.strictObject({
    v: v.literal(1),
    type: v.literal('gap'),
    ts: timeSchema,
    reason: v.string(),
  }),
  v.strictObject({
    v: v.literal(1),
    type: v.literal('end'),
    lines: v.number(),
    exitCode: v.picklist([0, 124, 130, 143]),
  }),
]);

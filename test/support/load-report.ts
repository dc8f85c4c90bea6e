import * as v from 'valibot';
import { loadTestSchema } from '../../src/cli/schemas/load-test-stream.ts';

/** Returns the report from the output of `orders load-test --json`. Throws if a record does not match its schema. */
export function parseLoadReport(stdout: string) {
  const records = stdout
    .trimEnd()
    .split('\n')
    .map((line) => v.parse(loadTestSchema, JSON.parse(line)));
  const last = records.at(-1);
  if (last?.type !== 'end') throw new Error(`no end record in ${stdout}`);
  if (records[0]?.type !== 'progress') throw new Error(`no progress record in ${stdout}`);
  return last.report;
}

import * as v from 'valibot';
import { loadTestSchema } from '../../src/cli/schemas/load-test-stream.ts';

/** The report in the last of the records of `orders load-test --json`, each of which is as its schema says. */
export function reportOf(stdout: string) {
  const records = stdout
    .trimEnd()
    .split('\n')
    .map((line) => v.parse(loadTestSchema, JSON.parse(line)));
  const last = records.at(-1);
  if (last?.type !== 'end') throw new Error(`no end in ${stdout}`);
  if (records[0]?.type !== 'progress') throw new Error(`no progress in ${stdout}`);
  return last.report;
}

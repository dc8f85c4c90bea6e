import * as v from 'valibot';
import { type Finding, groups } from '../../deploy/doctor/finding.ts';
import { schemaFor } from './schema-for.ts';

/** The data of `orders doctor --json`. */
export const doctorSchema = schemaFor<readonly Finding[]>()(
  v.array(
    v.strictObject({
      group: v.picklist(groups),
      about: v.pipe(v.string(), v.description('name of the check, as in --check')),
      state: v.picklist(['ok', 'warning', 'error']),
      message: v.string(),
      fix: v.exactOptional(v.pipe(v.string(), v.description('command or instruction'))),
    }),
  ),
);

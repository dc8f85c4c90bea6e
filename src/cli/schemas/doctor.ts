import * as v from 'valibot';
import { type Finding, groups } from '../../deploy/doctor/finding.ts';
import { schemaOf } from './agree.ts';

/** The data of `orders doctor --json`. */
export const doctorSchema = schemaOf<readonly Finding[]>()(
  v.array(
    v.strictObject({
      group: v.picklist(groups),
      about: v.pipe(v.string(), v.description('what was looked at, as --check takes it')),
      state: v.picklist(['ok', 'warning', 'error']),
      message: v.string(),
      fix: v.exactOptional(v.pipe(v.string(), v.description('the command, or what to do'))),
    }),
  ),
);

import * as v from 'valibot';
import type { Finding } from '../../deploy/doctor.ts';
import { schemaOf } from './agree.ts';

/** The data of `orders doctor --json`. */
export const doctorSchema = schemaOf<readonly Finding[]>()(
  v.array(
    v.strictObject({
      about: v.string(),
      state: v.picklist(['ok', 'warning', 'error']),
      message: v.string(),
      fix: v.exactOptional(v.pipe(v.string(), v.description('the command, or what to do'))),
    }),
  ),
);

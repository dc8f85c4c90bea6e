import * as v from 'valibot';
import type { CreatedProject } from '../../init/create-project.ts';
import { schemaFor } from './schema-for.ts';

/** The data of `orders init --json`. */
export const initSchema = schemaFor<CreatedProject>()(
  v.strictObject({ folder: v.string(), name: v.string(), files: v.array(v.string()) }),
);

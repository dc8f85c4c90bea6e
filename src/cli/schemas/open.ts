import * as v from 'valibot';
import { type Link, pages } from '../../orders/lookup/links.ts';
import { schemaFor } from './schema-for.ts';

/** The data of `orders open --json`. */
export const linksSchema = schemaFor<readonly Link[]>()(
  v.array(v.strictObject({ page: v.picklist(pages), url: v.string() })),
);

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../environment/project.ts';

/** The JSON Schemas that the build made of what commands print, as paths. */
export function schemaFiles(): string[] {
  const folder = join(packageRoot(), 'dist/schemas');
  return readdirSync(folder)
    .sort()
    .map((file) => join(folder, file));
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../environment/project.ts';

/** Returns the paths of the JSON Schema files that the build wrote, one per output format. */
export function listSchemaFiles(): string[] {
  const folder = join(packageRoot(), 'dist/schemas');
  return readdirSync(folder)
    .sort()
    .map((file) => join(folder, file));
}

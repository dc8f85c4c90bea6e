import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isInstalled } from '../environment/project.ts';

/** Returns the functions whose bundle is older than its sources; none for a project without sources. */
export function findStaleBundles(root: string): readonly string[] {
  // An installation writes sources and bundles in any order.
  if (isInstalled(root)) return [];
  const source = (folder: string) => lastChangeMs(join(root, 'functions', folder));
  const shared = Math.max(source('contract'), source('shared'));
  return listFiles(join(root, 'dist/functions')).filter((name) => {
    const bundle = statSync(join(root, 'dist/functions', name, 'index.mjs'), {
      throwIfNoEntry: false,
    });
    return bundle !== undefined && Math.max(shared, source(name)) > bundle.mtimeMs;
  });
}

/** Returns the time of the last change to a source in the folder (epoch ms). */
function lastChangeMs(folder: string): number {
  const files = listFiles(folder).filter((file) => file.endsWith('.ts'));
  return Math.max(0, ...files.map((file) => statSync(join(folder, file)).mtimeMs));
}

/** Lists the files in a folder and its subfolders. Not with `globSync`: loading it takes longer than this function. */
function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
}

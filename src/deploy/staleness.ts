import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The functions whose bundle is older than something it is made of; a project without sources has none. */
export function staleBundles(root: string): readonly string[] {
  const source = (folder: string) => newest(join(root, 'functions', folder));
  const shared = Math.max(source('contract'), source('shared'));
  return entries(join(root, 'dist/functions')).filter((name) => {
    const bundle = statSync(join(root, 'dist/functions', name, 'index.mjs'), {
      throwIfNoEntry: false,
    });
    return bundle !== undefined && Math.max(shared, source(name)) > bundle.mtimeMs;
  });
}

/** When a source in the folder was last changed, epoch ms. */
function newest(folder: string): number {
  const files = entries(folder).filter((file) => file.endsWith('.ts'));
  return Math.max(0, ...files.map((file) => statSync(join(folder, file)).mtimeMs));
}

/** What is in a folder and below it; `globSync` would take longer to load than this to run. */
function entries(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
}

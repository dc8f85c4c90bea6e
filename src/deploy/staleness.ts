import { globSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The functions whose bundle is older than something it is made of; a project without sources has none. */
export function staleBundles(root: string): readonly string[] {
  const shared = newest(root, 'functions/{contract,shared}/**/*.ts');
  return globSync('dist/functions/*/index.mjs', { cwd: root })
    .map((bundle) => {
      const name = dirname(bundle).split('/').at(-1) ?? '';
      const sources = Math.max(shared, newest(root, `functions/${name}/**/*.ts`));
      return { name, stale: sources > statSync(join(root, bundle)).mtimeMs };
    })
    .filter(({ stale }) => stale)
    .map(({ name }) => name);
}

function newest(root: string, pattern: string): number {
  const times = globSync(pattern, { cwd: root }).map((file) => statSync(join(root, file)).mtimeMs);
  return Math.max(0, ...times);
}

/**
 * Merges small files of a split bundle. esbuild writes a file for each set of entry points that share code: `orders get` would load 75,
 * and finding and opening one takes as long as running its code.
 */
import { basename, dirname, join, relative } from 'node:path/posix';
import { build, type Metafile, type Plugin } from 'esbuild';

/** The files of a bundle before they are written. */
export interface SplitBundle {
  /** Text of each file by its path. Merged files are replaced. */
  readonly texts: Map<string, string>;
  /** What esbuild reports about each file. Updated with the merged files. */
  readonly outputs: Metafile['outputs'];
  /** Files of different kinds are not merged. */
  readonly kindOf: (file: string) => string;
}

interface Merged {
  readonly file: string;
  /** The names that the merged file exports for a member, by the member's own names. They are short, because they do not help a reader. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Merges the files that exactly the same groups of entry points load. Files that no group loads, and entry points, stay as they are.
 * Throws if merged files would import each other.
 */
export async function mergeChunks(
  bundle: SplitBundle,
  groups: readonly (readonly string[])[],
): Promise<void> {
  const { texts, outputs } = bundle;
  const sets = [...groupByLoaders(bundle, groups).values()].filter(({ length }) => length > 1);
  const merged = new Map<string, Merged>();
  for (const [index, members] of sets.entries()) {
    const file = join(dirname(members[0] ?? ''), `merged-${index + 1}.js`);
    for (const [at, member] of members.entries()) {
      const exported = outputs[member]?.exports ?? [];
      const names = new Map(exported.map((name, number) => [name, `_${at}_${number}`]));
      merged.set(member, { file, names });
    }
  }
  for (const members of sets) {
    const file = merged.get(members[0] ?? '')?.file ?? '';
    texts.set(file, await joinMembers(bundle, members, merged));
    outputs[file] = joinReports(members.map((member) => outputs[member]));
    for (const member of members) {
      texts.delete(member);
      delete outputs[member];
    }
  }
  for (const [file, text] of texts) texts.set(file, renameImports(text, file, merged));
  checkOrder(texts);
}

/** Returns the files that a group loads, by the set of these groups and the kind of the file. */
function groupByLoaders(
  { outputs, kindOf }: SplitBundle,
  groups: readonly (readonly string[])[],
): Map<string, string[]> {
  const loaded = groups.map((entryPoints) => listLoaded(outputs, entryPoints));
  const chunks = Object.keys(outputs).filter(
    (file) => !outputs[file]?.entryPoint && loaded.some((files) => files.has(file)),
  );
  return Map.groupBy(chunks, (file) =>
    [...loaded.map((files) => (files.has(file) ? '1' : '0')), kindOf(file)].join(''),
  );
}

/** Returns the files that entry points load through static imports. Throws if the bundle lacks an entry point. */
function listLoaded(outputs: Metafile['outputs'], entryPoints: readonly string[]): Set<string> {
  const files = entryPoints.map((entryPoint) => {
    const found = Object.keys(outputs).find((file) => outputs[file]?.entryPoint === entryPoint);
    if (found === undefined) throw new Error(`the bundle has no entry point ${entryPoint}`);
    return found;
  });
  const loaded = new Set(files);
  // A set visits members that are added during the loop.
  for (const file of loaded) {
    for (const { path, kind } of outputs[file]?.imports ?? []) {
      if (kind === 'import-statement' && outputs[path]) loaded.add(path);
    }
  }
  return loaded;
}

/** Returns the text of one file with the code of all members. */
async function joinMembers(
  { texts }: SplitBundle,
  members: readonly string[],
  merged: ReadonlyMap<string, Merged>,
): Promise<string> {
  const contents = members.map((member) => {
    const names = [...(merged.get(member)?.names ?? [])].map((clause) => clause.join(' as '));
    return `export { ${names.join(', ')} } from './${basename(member)}';`;
  });
  const folder = dirname(members[0] ?? '');
  const readMembers: Plugin = {
    name: 'read-members',
    setup(bundler) {
      bundler.onResolve({ filter: /^\./ }, ({ path, kind }) => {
        const isMember = kind !== 'dynamic-import' && members.includes(join(folder, path));
        return isMember
          ? { path: join(folder, path), namespace: 'member' }
          : { path, external: true };
      });
      bundler.onLoad({ filter: /.*/, namespace: 'member' }, ({ path }) => ({
        contents: texts.get(path) ?? '',
        loader: 'js',
      }));
    },
  };
  const { outputFiles } = await build({
    stdin: { contents: contents.join('\n'), sourcefile: 'merged.js' },
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    plugins: [readMembers],
    // A name of a package in the code of another package.
    external: ['*'],
  });
  return outputFiles[0]?.text ?? '';
}

/** Returns the report about a merged file, as far as the build uses it. */
function joinReports(reports: readonly (Metafile['outputs'][string] | undefined)[]) {
  const inputs = Object.assign({}, ...reports.map((report) => report?.inputs));
  return { bytes: 0, inputs, imports: [], exports: [] };
}

/** Returns the text of a file with imports from merged files. */
function renameImports(text: string, file: string, merged: ReadonlyMap<string, Merged>): string {
  return text.replace(
    /^import (?:\{([^}]*)\} from )?"(\.[^"]+)";$/gm,
    (statement, names: string | undefined, path: string) => {
      const target = merged.get(join(dirname(file), path));
      if (!target) return statement;
      const found = relative(dirname(file), target.file);
      const from = JSON.stringify(found.startsWith('.') ? found : `./${found}`);
      if (names === undefined) return `import ${from};`;
      const renamed = names.split(',').map((clause) => {
        const [name = '', local = name] = clause.trim().split(' as ');
        return `${target.names.get(name)} as ${local}`;
      });
      return `import { ${renamed.join(', ')} } from ${from};`;
    },
  );
}

/** Throws if files import each other: their code could run in the wrong order. */
function checkOrder(texts: ReadonlyMap<string, string>): void {
  const checked = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) throw new Error(`files import each other: ${path.join(', ')}`);
    if (checked.has(file)) return;
    const imports = (texts.get(file) ?? '').matchAll(/^import (?:[^"]* from )?"(\.[^"]+)";$/gm);
    for (const [, specifier = ''] of imports) {
      visit(join(dirname(file), specifier), [...path, file]);
    }
    checked.add(file);
  };
  for (const file of texts.keys()) visit(file, []);
}

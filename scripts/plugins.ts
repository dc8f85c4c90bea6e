/** Build steps that shorten the start-up of the program: they omit unused modules and load Node's modules faster. */
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Plugin } from 'esbuild';

/** Returns a plugin that replaces modules, which are imported and never used, with the given source texts. */
export function stubModules(modules: Readonly<Record<string, string>>): Plugin {
  const names = Object.keys(modules);
  return {
    name: 'stub-modules',
    setup(bundler) {
      bundler.onResolve({ filter: new RegExp(`^(${names.join('|')})$`) }, ({ path }) => ({
        path,
        namespace: 'stub-modules',
      }));
      bundler.onLoad({ filter: /.*/, namespace: 'stub-modules' }, ({ path }) => ({
        contents: modules[path] ?? '',
        loader: 'js',
      }));
    },
  };
}

/** Plugin that loads `node:https` with the first https request of an SDK client. */
export const lazyHttps: Plugin = {
  name: 'lazy-https',
  setup(bundler) {
    bundler.onResolve({ filter: /^\.\/node-https$/ }, ({ importer }) =>
      importer.includes('node-http-handler')
        ? { path: fileURLToPath(new URL('lazy-https.ts', import.meta.url)) }
        : undefined,
    );
  },
};

/** Plugin that loads Node's web streams with the first such stream that an SDK client creates. */
export const lazyStreams: Plugin = {
  name: 'lazy-streams',
  setup(bundler) {
    bundler.onLoad(
      { filter: /node_modules\/@smithy\/core\/dist-es\/.*\.js$/ },
      async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (!/\bReadableStream\b/.test(text)) return undefined;
        const module = fileURLToPath(new URL('lazy-streams.ts', import.meta.url));
        const contents = `import { ReadableStream } from ${JSON.stringify(module)};\n${text}`;
        return { contents, loader: 'js' };
      },
    );
  },
};

/** Plugin with which SDK clients compute CRC-32 in JavaScript: the native function would load `node:zlib` with every client. */
export const crc32WithoutZlib: Plugin = {
  name: 'crc32-without-zlib',
  setup(bundler) {
    bundler.onLoad({ filter: /node_modules\/@smithy\/core\/dist-es\/.*\/Crc32Node\.js$/ }, () => ({
      contents: "export { Crc32Js as Crc32Node } from './Crc32Js';",
      loader: 'js',
    }));
  },
};

/** Returns a plugin with which the CommonJS modules of a package load each other, and modules of Node, at the first use. */
export function loadLazily(packageName: string): Plugin {
  return {
    name: 'load-lazily',
    setup(bundler) {
      bundler.onLoad(
        { filter: new RegExp(`node_modules/${packageName}/lib/.*\\.js$`) },
        async ({ path }) => ({
          contents: requireOnUse(await readFile(path, 'utf8')),
          loader: 'js',
        }),
      );
    },
  };
}

/**
 * Replaces the constants of required modules by functions, and each use of them by a call. The TypeScript compiler names such a
 * constant after the module, with a number, and re-exports a namespace with `__importStar`.
 */
function requireOnUse(text: string): string {
  const declaration = /^(?:const|var) (\w+_\d+) = (.*\brequire\(.*\));$/gm;
  const names = [...text.matchAll(declaration)].map(([, name]) => name);
  const lazy = text
    // A stub of this build.
    .replaceAll("await import('wsl-utils')", "require('wsl-utils')")
    .replace(declaration, (_, name: string, module: string) => `const ${name} = () => ${module};`)
    .replace(
      /^exports\.(\w+) = (__importStar\(require\(.*\)\));$/gm,
      'Object.defineProperty(exports, "$1", { enumerable: true, get: () => $2 });',
    );
  if (names.length === 0) return lazy;
  const use = `(?<!const )\\b(${names.join('|')})\\b`;
  return lazy
    .replace(new RegExp(`\\bnew ${use}((?:\\.\\w+)+)`, 'g'), 'new ($1()$2)')
    .replace(new RegExp(`${use}(?!\\(\\))`, 'g'), '$1()');
}

/** Modules that Node does not load at its own start. Loading one takes up to 5 ms. */
const slowBuiltins: ReadonlySet<string> = new Set(
  [
    'child_process',
    'crypto',
    'fs/promises',
    'http',
    'module',
    'net',
    'os',
    'readline/promises',
    'stream/consumers',
    'timers/promises',
  ].map((name) => `node:${name}`),
);

/**
 * Returns the text of a bundle with Node's modules loaded through `process.getBuiltinModule`. An ESM import of `node:http` reads
 * every export and thereby loads all of `fetch`: it takes 33 ms instead of 2 ms. Functions of slow modules are loaded at their first
 * call, except in code that replaces such functions and needs the originals.
 */
export function loadBuiltinsDirectly(text: string): string {
  const defers = !text.includes('syncBuiltinESMExports');
  return text
    .replace(/^import ([^;"]+?) from "(node:[\w/]+)";$/gm, (_, names, module) =>
      names
        .split(/,\s+(?=\{|\*)/)
        .map((clause: string) => bindClause(clause, module, defers))
        .join('\n'),
    )
    .replace(/\bawait import\("(node:[\w/]+)"\)/g, 'process.getBuiltinModule("$1")')
    .replace(/\b__require\d*\("([\w:/]+)"\)/g, (call, module: string) =>
      isBuiltin(module) ? `process.getBuiltinModule("${module}")` : call,
    );
}

/** Returns declarations for a clause of an import: a default import, a namespace, or names in braces. */
function bindClause(clause: string, module: string, defers: boolean): string {
  const load = `process.getBuiltinModule("${module}")`;
  if (!clause.startsWith('{')) return `var ${clause.replace(/^\* as /, '')} = ${load};`;
  const names = [...clause.matchAll(/(\w+)(?: as (\w+))?/g)];
  const bindings = names.map(([, name = '', local = name]) =>
    defers && isDeferred(module, name)
      ? `var ${local} = (...args) => (${local} = ${load}.${name})(...args);`
      : `var { ${name}: ${local} } = ${load};`,
  );
  return bindings.join('\n');
}

/** Returns whether a name of a module is a function that can be loaded at its first call: no class and no input of `promisify`. */
function isDeferred(module: string, name: string): boolean {
  const functions = process.getBuiltinModule(module) as
    | Readonly<Record<string, unknown>>
    | undefined;
  const value = functions?.[name];
  const isFunction = typeof value === 'function' && /^[a-z]/.test(name);
  return isFunction && slowBuiltins.has(module) && !(promisify.custom in value);
}

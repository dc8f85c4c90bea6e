/** What the bundles leave out or load in a cheaper way, so that the program starts fast. */
import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

/** Replaces modules that are imported and never used in what we do with them. */
export function without(modules: Readonly<Record<string, string>>): Plugin {
  const names = Object.keys(modules);
  return {
    name: 'without',
    setup(bundler) {
      bundler.onResolve({ filter: new RegExp(`^(${names.join('|')})$`) }, ({ path }) => ({
        path,
        namespace: 'without',
      }));
      bundler.onLoad({ filter: /.*/, namespace: 'without' }, ({ path }) => ({
        contents: modules[path] ?? '',
        loader: 'js',
      }));
    },
  };
}

/**
 * Takes Node's own modules through `process.getBuiltinModule` in a bundle's text. An ESM import of `node:http` reads every
 * export of it, and with that loads all of `fetch`: 33 ms, where this costs 2.
 */
export function withPlainBuiltins(text: string): string {
  const bind = (names: string, module: string) =>
    names
      .split(/, (?=\{|\*)/)
      .map((each) => {
        const bound = each.replace(/^\* as /, '').replaceAll(/(\w+) as (\w+)/g, '$1: $2');
        return `var ${bound} = process.getBuiltinModule("${module}");`;
      })
      .join('\n');
  return text
    .replace(/^import (.+?) from "(node:[\w/]+)";$/gm, (_, names, module) => bind(names, module))
    .replace(/\bawait import\("(node:[\w/]+)"\)/g, 'process.getBuiltinModule("$1")')
    .replace(/\b__require\d*\("([\w:/]+)"\)/g, (call, module: string) =>
      isBuiltin(module) ? `process.getBuiltinModule("${module}")` : call,
    );
}

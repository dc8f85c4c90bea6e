/**
 * Builds what ships: the functions' bundles (what is deployed, here and on AWS), the CLI as a code-split bundle, and
 * the local runtime with the process that runs handlers.
 */
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Plugin } from '@oclif/core';
import { toJsonSchema } from '@valibot/to-json-schema';
import { type BuildOptions, build } from 'esbuild';
import { schemas } from '../src/cli/schemas/index.ts';
import { without, withPlainBuiltins } from './plugins.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const requireBanner =
  "const require=process.getBuiltinModule('module').createRequire(import.meta.url);";

const shared: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  legalComments: 'none',
  logLevel: 'warning',
  mainFields: ['module', 'main'],
  banner: { js: requireBanner },
  define: { 'process.env.NODE_ENV': '"production"' },
};

/** Ink's developer tools; HTTP/2, as AWS speaks HTTP/1.1 here; and how oclif finds plugins, which the command table does. */
const unused = without({
  'react-devtools-core': 'export default {}',
  'node:http2': 'export default { constants: {} }',
  http2: 'export default { constants: {} }',
  'wsl-utils': 'export const isWsl = false',
  tinyglobby: 'export {}',
  minimatch: 'export {}',
  lilconfig: 'export {}',
  'get-package-type': 'export {}',
  semver: 'export const satisfies = () => true',
  debug: 'export default () => Object.assign(() => {}, { enabled: false })',
});

async function buildFunctions(): Promise<void> {
  for (const name of ['order-workflow', 'order-status', 'order-recovery']) {
    await build({
      ...shared,
      entryPoints: { index: `functions/${name}/handler.ts` },
      outdir: `dist/functions/${name}`,
      outExtension: { '.js': '.mjs' },
      // What only some deployments use is a file of its own, loaded when it is needed.
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      minify: true,
      keepNames: true,
    });
  }
}

async function buildCli(): Promise<void> {
  const commands = globSync('commands/**/*.ts');
  const { outputFiles } = await build({
    ...shared,
    write: false,
    entryPoints: [
      { in: 'src/cli/main.ts', out: 'main' },
      { in: 'src/local/main.ts', out: 'runtime' },
      { in: 'src/local/lambda/bootstrap.ts', out: 'bootstrap' },
      ...commands.map((file) => ({ in: file, out: file.replace(/\.ts$/, '') })),
    ],
    outdir: 'dist',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    jsx: 'automatic',
    plugins: [unused],
  });
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, withPlainBuiltins(text));
  }
}

/**
 * What oclif knows of the commands without loading one: their flags, arguments and help. Made from the commands as they
 * were built.
 */
async function writeCommandTable(): Promise<void> {
  const plugin = new Plugin({ root, ignoreManifest: true, isRoot: true });
  await plugin.load();
  writeFileSync('dist/commands.json', JSON.stringify(plugin.manifest.commands));
}

/** The JSON Schemas of what commands print, for programs that read it. */
function writeSchemas(): void {
  mkdirSync('dist/schemas');
  for (const [name, schema] of Object.entries(schemas)) {
    const text = JSON.stringify(toJsonSchema(schema, { errorMode: 'ignore' }), null, 2);
    writeFileSync(`dist/schemas/${name}.json`, `${text}\n`);
  }
}

/** The build's name: a command of another build restarts the runtime. */
function writeBuildId(): void {
  const hash = createHash('sha256');
  for (const file of globSync('dist/**/*.{js,mjs}').sort()) hash.update(readFileSync(file));
  writeFileSync('dist/build-id', hash.digest('hex').slice(0, 16));
}

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist', { recursive: true });
await buildFunctions();
await buildCli();
await writeCommandTable();
writeSchemas();
writeBuildId();

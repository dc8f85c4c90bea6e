/**
 * Builds everything that ships: the bundles of the functions for deployment, the CLI as a code-split bundle, and the local
 * runtime with the process that runs handlers. A failed build keeps the previous one.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Plugin } from '@oclif/core';
import { toJsonSchema } from '@valibot/to-json-schema';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { schemas } from '../src/cli/schemas/index.ts';
import { loadBuiltinsDirectly, stubModules } from './plugins.ts';
import { shortenHelp } from './shorten-help.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
/** Folder of the new build. It replaces `dist` when it is complete. */
const stage = mkdtempSync('.build-');
const dist = `${stage}/dist`;

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

/**
 * Unused modules: Ink's developer tools, HTTP/2 (the AWS clients use HTTP/1.1) and oclif's plugin search, which the command table
 * replaces.
 */
const unusedModules = stubModules({
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
  for (const name of ['order-intake', 'order-workflow', 'order-status', 'order-recovery']) {
    const { metafile } = await build({
      ...shared,
      metafile: true,
      entryPoints: { index: `functions/${name}/handler.ts` },
      outdir: `${dist}/functions/${name}`,
      outExtension: { '.js': '.mjs' },
      // Code for some deployments only, such as a payment provider, is in a separate file that is loaded on demand.
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      minify: true,
      keepNames: true,
      sourcemap: 'external',
    });
    recordSdkVersion(name, metafile);
    moveMaps(name);
  }
}

/** Moves the source maps out of the code that is deployed. `orders replay` uses them to name places in the source. */
function moveMaps(name: string): void {
  const code = `${dist}/functions/${name}`;
  mkdirSync(`${dist}/maps/${name}`, { recursive: true });
  for (const map of globSync('**/*.map', { cwd: code })) {
    renameSync(`${code}/${map}`, `${dist}/maps/${name}/${basename(map)}`);
  }
}

/** Writes the version of the durable execution SDK next to the bundle that contains it. A deployment records it. */
function recordSdkVersion(name: string, { inputs }: Metafile): void {
  const sdk = '@aws/durable-execution-sdk-js';
  if (!Object.keys(inputs).some((file) => file.includes(`node_modules/${sdk}/`))) return;
  const { version } = JSON.parse(readFileSync(`node_modules/${sdk}/package.json`, 'utf8'));
  const bundle = { packages: { [sdk]: version } };
  writeFileSync(`${dist}/functions/${name}/bundle.json`, `${JSON.stringify(bundle)}\n`);
}

async function buildCli(): Promise<void> {
  const commands = globSync('commands/**/*.ts');
  const { outputFiles } = await build({
    ...shared,
    write: false,
    entryPoints: [
      { in: 'src/cli/main.ts', out: 'main' },
      { in: 'src/local/runtime/main.ts', out: 'runtime' },
      { in: 'src/local/lambda/node-runtime/bootstrap.ts', out: 'bootstrap' },
      { in: 'src/replay/worker/worker.ts', out: 'replay-worker' },
      { in: 'src/replay/worker/plugin.ts', out: 'replay-plugin' },
      ...commands.map((file) => ({ in: file, out: file.replace(/\.ts$/, '') })),
    ],
    outdir: dist,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    jsx: 'automatic',
    plugins: [unusedModules],
    // The installed client may lack the commands that src/aws/sdk/lambda-pausing.ts looks for.
    logOverride: { 'import-is-undefined': 'silent' },
  });
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, loadBuiltinsDirectly(text));
  }
}

/**
 * Writes the command table: the flags, arguments and help of the built commands. oclif reads it instead of loading them.
 */
async function writeCommandTable(): Promise<void> {
  // The plugin looks for the commands next to its package.json.
  copyFileSync('package.json', `${stage}/package.json`);
  const plugin = new Plugin({
    root: `${root}/${stage}`,
    ignoreManifest: true,
    errorOnManifestCreate: true,
    isRoot: true,
  });
  await plugin.load();
  const commands = Object.entries(plugin.manifest.commands);
  const table = Object.fromEntries(commands.map(([id, command]) => [id, shortenHelp(command)]));
  writeFileSync(`${dist}/commands.json`, JSON.stringify(table));
}

/** Writes the JSON Schemas of the commands' output. */
function writeSchemas(): void {
  mkdirSync(`${dist}/schemas`);
  for (const [name, schema] of Object.entries(schemas)) {
    const text = JSON.stringify(toJsonSchema(schema, { errorMode: 'ignore' }), null, 2);
    writeFileSync(`${dist}/schemas/${name}.json`, `${text}\n`);
  }
}

/** Writes the id of the build. A command from another build restarts the runtime. */
function writeBuildId(): void {
  const hash = createHash('sha256');
  for (const file of globSync(`${dist}/**/*.{js,mjs}`).sort()) hash.update(readFileSync(file));
  writeFileSync(`${dist}/build-id`, hash.digest('hex').slice(0, 16));
}

/** Replaces `dist` by the new build. */
function replaceBuild(): void {
  rmSync(`${stage}/previous`, { recursive: true, force: true });
  try {
    renameSync('dist', `${stage}/previous`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  renameSync(dist, 'dist');
}

try {
  mkdirSync(dist);
  await buildFunctions();
  await buildCli();
  copyFileSync('src/cli/completion/completer.awk', `${dist}/completer.awk`);
  await writeCommandTable();
  writeSchemas();
  writeBuildId();
  replaceBuild();
} finally {
  rmSync(stage, { recursive: true, force: true });
}

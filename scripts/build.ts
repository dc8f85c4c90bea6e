/**
 * Builds everything that ships: the bundles of the functions for deployment, the CLI as a code-split bundle, and the local
 * runtime with the process that runs handlers. A failed build keeps the previous one.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Plugin } from '@oclif/core';
import { toJsonSchema } from '@valibot/to-json-schema';
import { build, type Metafile, transform } from 'esbuild';
import { formatCommandTable } from '../src/cli/command/command-table.ts';
import { schemas } from '../src/cli/schemas/index.ts';
import { buildFunctions, bundleOptions, replaceDist } from './build-functions.ts';
import { mergeChunks } from './merge-chunks.ts';
import {
  crc32WithoutZlib,
  lazyHttps,
  lazyStreams,
  loadBuiltinsDirectly,
  loadLazily,
  stubModules,
} from './plugins.ts';
import { shortenHelp } from './shorten-help.ts';
import { formatThirdPartyNotices, listPackages } from './third-party-notices.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

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
  // The templates in help texts only name fields: `<%= config.bin %>`.
  ejs: `export default {
    render: (text, fields) =>
      text.replace(/<%= (\\w+)\\.(\\w+) %>/g, (_, object, name) => fields[object][name]),
  }`,
  // No command shows oclif's spinner.
  'cli-spinners': 'export default new Proxy({}, { get: () => ({ frames: [] }) })',
  debug: 'export default () => Object.assign(() => {}, { enabled: false })',
});

/** Modules that resolve the target and its stack. Every command loads them that sends a request. */
const targetModules = ['src/environment/local-runtime.ts'];

/** Entry points and dynamic imports that a command or a process loads together. Files that the same of them load are merged. */
const filesLoadedTogether = [
  ['src/cli/program.ts'],
  ...['get', 'list', 'submit'].map((name) => [`commands/${name}.ts`, ...targetModules]),
  ['src/aws/sdk/dynamodb.ts'],
  ['src/aws/sdk/lambda.ts'],
  ['src/local/runtime/main.ts'],
  ['src/local/lambda/node-runtime/bootstrap.ts'],
  ['src/replay/worker/worker.ts', 'src/replay/worker/plugin.ts'],
];

/** Builds the CLI and the local runtime. Returns what esbuild reports about the bundle. */
async function buildCli(dist: string): Promise<Metafile> {
  const commands = globSync('commands/**/*.ts');
  const { outputFiles, metafile } = await build({
    ...bundleOptions,
    banner: {},
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
    plugins: [unusedModules, loadLazily('@oclif/core'), lazyHttps, crc32WithoutZlib, lazyStreams],
    // The installed client may lack the commands that src/aws/sdk/lambda-pausing.ts looks for.
    logOverride: { 'import-is-undefined': 'silent' },
  });
  const { outputs } = metafile;
  const texts = new Map(outputFiles.map(({ path, text }) => [relative(root, path), text]));
  const kindOf = (file: string) => (isThirdParty(metafile, file) ? 'third-party' : 'own');
  await mergeChunks({ texts, outputs, kindOf }, filesLoadedTogether);
  for (const [file, text] of texts) {
    mkdirSync(dirname(file), { recursive: true });
    const code = loadBuiltinsDirectly(text);
    const { banner } = bundleOptions;
    // Names of our own code stay: stack traces contain them.
    const minified = await transform(/\brequire\b/.test(code) ? banner.js + code : code, {
      minifyWhitespace: true,
      minifySyntax: true,
      ...(isThirdParty(metafile, file) && { minifyIdentifiers: true, keepNames: true }),
    });
    writeFileSync(file, minified.code);
  }
  return metafile;
}

/** Whether a file of the bundle consists of code of other packages only. */
function isThirdParty({ outputs }: Metafile, file: string): boolean {
  const inputs = Object.keys(outputs[file]?.inputs ?? {});
  return inputs.length > 0 && !inputs.some((input) => /^(commands|functions|src)\//.test(input));
}

/** Writes which packages each file of the CLI contains. A test checks what a command loads. */
function writePackageTable(dist: string, { outputs }: Metafile): void {
  const table = Object.entries(outputs).map(([file, output]) => [
    relative(dist, file),
    listPackages(output).map((folder) => folder.replace(/^.*node_modules\//, '')),
  ]);
  writeFileSync(`${dist}/maps/packages.json`, JSON.stringify(Object.fromEntries(table)));
}

/**
 * Writes the command table: the flags, arguments and help of the built commands. oclif reads it instead of loading them.
 */
async function writeCommandTable(dist: string, stage: string): Promise<void> {
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
  writeFileSync(`${dist}/commands.json`, formatCommandTable(table));
}

/** Writes the JSON Schemas of the commands' output, each on one line: indented, they are twice as large. */
function writeSchemas(dist: string): void {
  mkdirSync(`${dist}/schemas`);
  for (const [name, schema] of Object.entries(schemas)) {
    const text = JSON.stringify(toJsonSchema(schema, { errorMode: 'ignore' }));
    writeFileSync(`${dist}/schemas/${name}.json`, `${text}\n`);
  }
}

/** Writes the id of the build. A command from another build restarts the runtime. */
function writeBuildId(dist: string): void {
  const hash = createHash('sha256');
  for (const file of globSync(`${dist}/**/*.{js,mjs}`).sort()) hash.update(readFileSync(file));
  writeFileSync(`${dist}/build-id`, hash.digest('hex').slice(0, 16));
}

await replaceDist(async (dist, stage) => {
  const metafiles = await buildFunctions(dist);
  const cli = await buildCli(dist);
  metafiles.push(cli);
  writePackageTable(dist, cli);
  copyFileSync('src/cli/completion/completer.awk', `${dist}/completer.awk`);
  writeFileSync(`${dist}/THIRD-PARTY-NOTICES.txt`, formatThirdPartyNotices(metafiles));
  await writeCommandTable(dist, stage);
  writeSchemas(dist);
  writeBuildId(dist);
});

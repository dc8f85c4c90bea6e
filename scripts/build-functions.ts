/**
 * Builds the functions for deployment: the bundle of each in `dist/functions`, its source maps in `dist/maps`. A failed build
 * keeps the previous one.
 */
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin, transform } from 'esbuild';

const requireBanner =
  "const require=process.getBuiltinModule('module').createRequire(import.meta.url);";

/** Options of every bundle. */
export const bundleOptions = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  legalComments: 'none',
  logLevel: 'warning',
  mainFields: ['module', 'main'],
  banner: { js: requireBanner },
  define: { 'process.env.NODE_ENV': '"production"' },
  metafile: true,
} as const satisfies BuildOptions;

/**
 * Keeps the names of functions and classes, except in the AWS SDK: it creates functions for each request, so that naming them takes 6 %
 * of an order's processor time, and does not read their names. Stripe and the durable SDK take the names of errors from their classes.
 */
const keepNames: Plugin = {
  name: 'keep-names',
  setup(bundler) {
    const named =
      /\/(?:functions\/.*\.ts|node_modules\/(?:stripe|@aws\/durable-execution-sdk-js)\/.*\.m?js)$/;
    bundler.onLoad({ filter: named }, async ({ path: sourcefile }) => {
      const loader = sourcefile.endsWith('.ts') ? 'ts' : 'js';
      const options = { loader, sourcefile, keepNames: true, sourcemap: 'inline' } as const;
      const { code } = await transform(await readFile(sourcefile, 'utf8'), options);
      return { contents: code, loader: 'js' };
    });
  },
};

/** Builds every function that has a `handler.ts`. Returns what esbuild reports about each bundle. */
export async function buildFunctions(dist: string): Promise<Metafile[]> {
  const metafiles: Metafile[] = [];
  for (const name of globSync('functions/*/handler.ts')
    .map((file) => basename(dirname(file)))
    .sort()) {
    const { metafile } = await build({
      ...bundleOptions,
      entryPoints: { index: `functions/${name}/handler.ts` },
      outdir: `${dist}/functions/${name}`,
      outExtension: { '.js': '.mjs' },
      // Code for some deployments only, such as a payment provider, is in a separate file that is loaded on demand.
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      minify: true,
      plugins: [keepNames],
      sourcemap: 'external',
    });
    recordSdkVersion(`${dist}/functions/${name}`, metafile);
    moveMaps(dist, name);
    metafiles.push(metafile);
  }
  return metafiles;
}

/** Moves the source maps out of the code that is deployed. `orders replay` uses them to name places in the source. */
function moveMaps(dist: string, name: string): void {
  const code = `${dist}/functions/${name}`;
  mkdirSync(`${dist}/maps/${name}`, { recursive: true });
  for (const map of globSync('**/*.map', { cwd: code })) {
    renameSync(`${code}/${map}`, `${dist}/maps/${name}/${basename(map)}`);
  }
}

/** Writes the version of the durable execution SDK next to the bundle that contains it. A deployment records it. */
function recordSdkVersion(folder: string, { inputs }: Metafile): void {
  const sdk = '@aws/durable-execution-sdk-js';
  if (!Object.keys(inputs).some((file) => file.includes(`node_modules/${sdk}/`))) return;
  const { version } = JSON.parse(readFileSync(`node_modules/${sdk}/package.json`, 'utf8'));
  const bundle = { packages: { [sdk]: version } };
  writeFileSync(`${folder}/bundle.json`, `${JSON.stringify(bundle)}\n`);
}

/** Runs a build in a new folder, and replaces `dist` by the result when it is complete. */
export async function replaceDist(
  runBuild: (dist: string, stage: string) => Promise<unknown>,
): Promise<void> {
  const stage = mkdtempSync('.build-');
  const dist = `${stage}/dist`;
  try {
    mkdirSync(dist);
    await runBuild(dist, stage);
    try {
      renameSync('dist', `${stage}/previous`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    renameSync(dist, 'dist');
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  await replaceDist(buildFunctions);
}

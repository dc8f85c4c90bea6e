/**
 * Builds what ships: the functions' bundles (what is deployed, here and on AWS), the CLI as a code-split bundle, and
 * the local runtime with the process that runs handlers.
 */
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const requireBanner =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

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

/** Ink asks for its developer tools in a file that is bundled and never run. */
const withoutDevtools: Plugin = {
  name: 'without-devtools',
  setup(bundler) {
    bundler.onResolve({ filter: /^react-devtools-core$/ }, () => ({
      path: 'react-devtools-core',
      namespace: 'empty',
    }));
    bundler.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {}' }));
  },
};

async function buildFunctions(): Promise<void> {
  for (const name of ['order-workflow', 'order-status']) {
    await build({
      ...shared,
      entryPoints: [`functions/${name}/handler.ts`],
      outfile: `dist/functions/${name}/index.mjs`,
      minify: true,
      keepNames: true,
    });
  }
}

async function buildCli(): Promise<void> {
  const commands = globSync('commands/**/*.ts');
  await build({
    ...shared,
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
    plugins: [withoutDevtools],
  });
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
writeBuildId();

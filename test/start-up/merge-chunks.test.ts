import { build, type Metafile } from 'esbuild';
import { beforeEach, expect, it } from 'vitest';
import { mergeChunks, type SplitBundle } from '../../scripts/merge-chunks.ts';

const sources: Readonly<Record<string, string>> = {
  first: `import { add, log } from 'both'; import { one } from 'all'; log('first'); export default add(one);`,
  second: `import { add } from 'both'; import { one } from 'all'; import 'two'; export default add(one);`,
  third: `import { one } from 'all'; import 'two'; export default one;`,
  both: `import { one } from 'all'; const name = 'both'; export const log = () => name; export const add = (n) => n + one;`,
  all: `const name = 'all'; export const one = name.length;`,
  two: `globalThis.evaluated = 'two';`,
};

/** Bundles the sources with three entry points. */
async function bundleSources(): Promise<SplitBundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: ['first', 'second', 'third'],
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    format: 'esm',
    outdir: '/out',
    absWorkingDir: '/',
    plugins: [
      {
        name: 'sources',
        setup(bundler) {
          bundler.onResolve({ filter: /.*/ }, ({ path }) => ({ path, namespace: 'source' }));
          bundler.onLoad({ filter: /.*/, namespace: 'source' }, ({ path }) => ({
            contents: sources[path] ?? '',
          }));
        },
      },
    ],
  });
  const texts = new Map(outputFiles.map(({ path, text }) => [path.slice(1), text]));
  return { texts, outputs: metafile.outputs as Metafile['outputs'], kindOf: () => 'own' };
}

const entry = (name: string) => `source:${name}`;
const chunksOf = ({ texts }: SplitBundle) =>
  [...texts.keys()].filter((file) => /chunk|merged/.test(file));

/** Runs an entry point of a bundle. Returns its default export. */
async function run({ texts }: SplitBundle, file: string): Promise<unknown> {
  const { outputFiles } = await build({
    stdin: { contents: texts.get(file) ?? '' },
    bundle: true,
    write: false,
    format: 'esm',
    plugins: [
      {
        name: 'files',
        setup(bundler) {
          bundler.onResolve({ filter: /^\./ }, ({ path }) => ({
            path: path.replace('./', 'out/'),
            namespace: 'member',
          }));
          bundler.onLoad({ filter: /.*/, namespace: 'member' }, ({ path }) => ({
            contents: texts.get(path) ?? 'throw new Error("missing")',
          }));
        },
      },
    ],
  });
  const program = await import(
    `data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? '')}`
  );
  return program.default;
}

let bundle: SplitBundle;
beforeEach(async () => {
  bundle = await bundleSources();
});

it('merges the files that the same groups of entry points load', async () => {
  expect(chunksOf(bundle)).toHaveLength(3);
  await mergeChunks(bundle, [[entry('first'), entry('second')]]);
  expect(chunksOf(bundle)).toEqual(['out/merged-1.js']);
  expect(Object.keys(bundle.outputs['out/merged-1.js']?.inputs ?? {})).toHaveLength(3);
});

it('keeps the exports of merged files apart', async () => {
  await mergeChunks(bundle, [[entry('first'), entry('second')]]);
  expect(await run(bundle, 'out/first.js')).toBe(6);
  expect(await run(bundle, 'out/second.js')).toBe(6);
  expect(await run(bundle, 'out/third.js')).toBe(3);
});

it('merges no files that different groups load', async () => {
  const before = new Map(bundle.texts);
  await mergeChunks(bundle, [[entry('first')], [entry('second')], [entry('third')]]);
  expect(bundle.texts).toEqual(before);
});

it('rejects a group with an unknown entry point', async () => {
  await expect(mergeChunks(bundle, [['src/missing.ts']])).rejects.toThrow(
    'the bundle has no entry point src/missing.ts',
  );
});

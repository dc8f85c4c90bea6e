import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** From a folder: the folders and packages of ours that it may import besides itself. The first that fits counts. */
const arrows: readonly (readonly [from: string, may: readonly string[]])[] = [
  ['functions/contract', []],
  ['functions/shared', ['functions/contract']],
  // It takes back what the workflow does, with the workflow's own undos.
  [
    'functions/order-recovery',
    ['functions/contract', 'functions/shared', 'functions/order-workflow'],
  ],
  ['functions/', ['functions/contract', 'functions/shared']],
  ['src/local', []],
  ['src/workflow', ['functions/contract']],
  ['src/views', ['src/workflow', 'functions/contract', 'src/orders', 'src/cli']],
  ['src/target', ['src/local', 'src/user-error', 'functions/contract']],
  ['src/', ['src/', 'functions/contract']],
  ['commands', ['src/', 'functions/contract']],
];

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const matches = text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g);
  return [...matches].map(([, path]) => normalize(join(dirname(file), path ?? '')));
}

const files = globSync('{commands,functions,src}/**/*.{ts,tsx}', { cwd: root });

describe.each(arrows.map(([from, may]) => ({ from, may })))('$from', ({ from, may }) => {
  const mine = files.filter((file) => arrows.find(([each]) => file.startsWith(each))?.[0] === from);

  it('imports only what lies further in', () => {
    expect(mine.length).toBeGreaterThan(0);
    const strays = mine.flatMap((file) => {
      const home = from === 'functions/' ? file.split('/').slice(0, 2).join('/') : from;
      return importsOf(file)
        .filter((path) => !path.startsWith(home) && !may.some((each) => path.startsWith(each)))
        .map((path) => `${file} imports ${path}`);
    });
    expect(strays).toEqual([]);
  });
});

it('constructs SDK clients of the CLI in one place', () => {
  const makers = files.filter(
    (file) =>
      file.startsWith('src/') &&
      /new [A-Za-z]+Client\(/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(makers).toEqual(['src/target/clients.ts']);
});

it('loads the SDK through the modules that name what is used of it', () => {
  const strays = files.filter(
    (file) =>
      file.startsWith('src/') &&
      !file.startsWith('src/target/sdk/') &&
      /import\(\s*'@aws-sdk|^import (?!type).* from '@aws-sdk/m.test(
        readFileSync(join(root, file), 'utf8'),
      ),
  );
  expect(strays).toEqual([]);
});

it('leaves the clock and chance out of the business process', () => {
  const text = readFileSync(join(root, 'functions/order-workflow/process-order.ts'), 'utf8');
  expect(text).not.toMatch(/Date\.now|new Date|Math\.random|randomUUID|performance\./);
});

it('rolls no dice anywhere', () => {
  const rolling = files.filter((file) =>
    readFileSync(join(root, file), 'utf8').includes('Math.random'),
  );
  expect(rolling).toEqual([]);
});

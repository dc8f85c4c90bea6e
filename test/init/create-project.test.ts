import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject } from '../../src/init/create-project.ts';
import { full } from '../support/full.ts';
import { listPacked } from '../support/packed-files.ts';
import { program, repository } from '../support/project-files.ts';

let parent: string;
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'orders-init-'));
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));

describe('a new project', () => {
  let files: readonly string[];
  let shop: string;
  beforeAll(() => {
    shop = join(parent, 'My Shop');
    files = createProject(shop).files;
  });

  it('has the template, the functions, their tests and its own package.json', () => {
    for (const file of [
      'template.yaml',
      'functions/order-workflow/process-order.ts',
      'test/functions/process-order.test.ts',
      'README.md',
      '.gitignore',
    ]) {
      expect(files).toContain(file);
    }
    for (const file of files) expect(existsSync(join(shop, file)), file).toBe(true);
  });

  it('is named after its folder and pins every package that its files import', () => {
    const manifest = JSON.parse(readFileSync(join(shop, 'package.json'), 'utf8'));
    expect(manifest.name).toBe('my-shop');
    const versions: Record<string, string> = {
      ...manifest.dependencies,
      ...manifest.devDependencies,
    };
    for (const version of Object.values(versions)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    const imported = files
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [
        ...readFileSync(join(shop, file), 'utf8').matchAll(/ from '((?:@[^/']+\/)?[^./'][^/']*)/g),
      ])
      .map(([, name]) => name as string)
      .filter((name) => !name.startsWith('node:'));
    expect(Object.keys(versions)).toEqual(expect.arrayContaining([...new Set(imported)]));
  });

  it('imports only files that it has', () => {
    for (const file of files.filter((name) => name.endsWith('.ts'))) {
      const text = readFileSync(join(shop, file), 'utf8');
      for (const [, path] of text.matchAll(/ from '(\.[^']+)'/g)) {
        const imported = join(shop, file, '..', path as string);
        expect(existsSync(imported), `${file} imports ${path}`).toBe(true);
      }
    }
  });

  it('consists of files that the package of orders contains', () => {
    const contained = new Set(listPacked().files.map(({ path }) => path));
    const own = ['package.json', 'tsconfig.json', '.gitignore', 'README.md'];
    expect(files.filter((file) => !own.includes(file) && !contained.has(file))).toEqual([]);
  });

  it.runIf(full)(
    'passes its tests, compiles and builds',
    () => {
      symlinkSync(join(repository, 'node_modules'), join(shop, 'node_modules'));
      for (const script of ['test', 'typecheck', 'build']) {
        const { status, stdout, stderr } = spawnSync('npm', ['run', '-s', script], {
          cwd: shop,
          encoding: 'utf8',
        });
        expect(status, `${script}: ${stdout}${stderr}`).toBe(0);
      }
      for (const name of ['order-intake', 'order-workflow', 'order-status', 'order-recovery']) {
        expect(existsSync(join(shop, `dist/functions/${name}/index.mjs`))).toBe(true);
      }
    },
    120_000,
  );
});

describe('a folder', () => {
  it('is refused and left alone if it contains files', () => {
    const folder = join(parent, 'used');
    mkdirSync(folder);
    writeFileSync(join(folder, 'notes.txt'), 'keep');
    expect(() => createProject(folder)).toThrow(/is not empty: it contains notes\.txt/);
    expect(existsSync(join(folder, 'template.yaml'))).toBe(false);
  });

  it('is accepted with a repository and the data of a local runtime', () => {
    const folder = join(parent, 'started');
    for (const name of ['.git', '.orders']) mkdirSync(join(folder, name), { recursive: true });
    expect(createProject(folder).name).toBe('started');
  });

  it('is refused if it is a file or inside an installed package', () => {
    writeFileSync(join(parent, 'file'), '');
    expect(() => createProject(join(parent, 'file'))).toThrow(/is not a folder/);
    const inside = join(parent, 'node_modules/some-package/shop');
    expect(() => createProject(inside)).toThrow(/is inside an installed package/);
    expect(existsSync(inside)).toBe(false);
  });
});

it.each([
  [['init', 'a', '--region', 'eu-west-1'], /Unknown flag --region/],
  [['init', 'a', 'b'], /Unexpected argument: b/],
])('rejects %j', (argv, message) => {
  const { status, stderr } = spawnSync(program, argv, { cwd: parent, encoding: 'utf8' });
  expect([status, stderr]).toEqual([2, expect.stringMatching(message)]);
  expect(existsSync(join(parent, 'a'))).toBe(false);
});

it('removes what it created if a file cannot be written', () => {
  mkdirSync(join(parent, 'existing/.git'), { recursive: true });
  for (const folder of ['one/two', 'existing']) {
    // The shell limits the size of files (in units of 512 or 1024 bytes), so that the largest one cannot be written.
    const init = 'ulimit -f 16; exec "$0" init "$1" --no-install';
    const { status, stderr } = spawnSync('sh', ['-c', init, program, folder], {
      cwd: parent,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([expect.any(Number), expect.stringContaining('✗')]);
    expect(status).not.toBe(0);
  }
  expect(existsSync(join(parent, 'one'))).toBe(false);
  expect(readdirSync(join(parent, 'existing'))).toEqual(['.git']);
});

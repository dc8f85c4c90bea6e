import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { listPacked, type Packed } from '../support/packed-files.ts';
import { repository } from '../support/project-files.ts';

let packed: Packed;
let paths: readonly string[];
beforeAll(() => {
  packed = listPacked();
  paths = packed.files.map(({ path }) => path);
});

it('takes at most 8 MB', () => {
  expect(packed.unpackedSize).toBeLessThan(8e6);
});

it.each([
  'bin/orders',
  'dist/main.js',
  'dist/runtime.js',
  'dist/commands.json',
  'dist/schemas/submit.json',
  'dist/functions/order-workflow/index.mjs',
  'dist/THIRD-PARTY-NOTICES.txt',
  'docs/your-own-project.md',
  'functions/order-workflow/process-order.ts',
  'template.yaml',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
])('contains %s', (path) => {
  expect(paths).toContain(path);
});

it('contains no sources of the CLI, caches or source maps', () => {
  expect(
    paths.filter((path) => /^(src|commands|bench|node_modules)\/|cache|\.map$/.test(path)),
  ).toEqual([]);
});

it('installs no other package', () => {
  const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  for (const kind of ['dependencies', 'optionalDependencies', 'peerDependencies']) {
    expect(manifest).not.toHaveProperty(kind);
  }
});

it('imports only files of its own and modules of Node', () => {
  const importPattern = /\b(?:import|from)\s*\(?\s*"((?:@[\w-]+\/)?[a-z][\w.:/-]*)"/g;
  const imports = paths
    .filter((path) => /^dist\/.*\.m?js$/.test(path))
    .flatMap((path) => [...readFileSync(join(repository, path), 'utf8').matchAll(importPattern)])
    .map(([, name]) => name as string);
  expect(imports).toContain('node:fs');
  // The AWS SDK loads this package for signatures of several regions, if it is installed.
  const foreign = imports.filter(
    (name) => !isBuiltin(name) && name !== '@aws-sdk/signature-v4-crt',
  );
  expect(foreign).toEqual([]);
});

it('names the licence of each package in the bundles', () => {
  const notices = readFileSync(join(repository, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
  for (const name of ['@oclif/core', 'ink', 'react', 'valibot', '@aws-sdk/client-dynamodb']) {
    expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((MIT|Apache-2.0)\\)$`, 'm'));
  }
  expect(notices).toContain('Permission is hereby granted, free of charge');
  expect(notices).not.toContain('(undefined)');
});

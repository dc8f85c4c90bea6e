import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
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
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chooseCases } from '../support/full.ts';
import { repository } from '../support/project-files.ts';

let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'orders-build-'));
  for (const name of ['commands', 'functions', 'scripts', 'src', 'package.json', 'tsconfig.json']) {
    cpSync(join(repository, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'));
  mkdirSync(join(copy, 'dist'));
  writeFileSync(join(copy, 'dist/main.js'), 'the last good build');
});
afterAll(() => rmSync(copy, { recursive: true }));

const failures = [
  // The last part of a build fails.
  ['a command that does not load', 'commands/get.ts', '\nthrow new Error("not loadable");\n'],
  ['a syntax error', 'commands/get.ts', '\nconst = 1;\n'],
] as const;

it.each(chooseCases(failures, ['a syntax error']))(
  'keeps the last build after %s',
  (_, file, text) => {
    const before = readFileSync(join(copy, file), 'utf8');
    const names = readdirSync(copy).sort();
    appendFileSync(join(copy, file), text);
    const { status } = spawnSync(process.execPath, ['scripts/build.ts'], { cwd: copy });
    writeFileSync(join(copy, file), before);
    expect(status).not.toBe(0);
    expect(readFileSync(join(copy, 'dist/main.js'), 'utf8')).toBe('the last good build');
    expect(readdirSync(copy).sort()).toEqual(names);
  },
);

import { type ExecFileSyncOptions, execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { full } from '../support/full.ts';
import { program, repository } from '../support/project-files.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'orders-installed-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const makeFolder = (name: string) => {
  const folder = join(home, name);
  mkdirSync(folder, { recursive: true });
  return folder;
};

describe.runIf(full)('an installed package', () => {
  let installed: string;
  let orders: string;
  let environment: NodeJS.ProcessEnv;
  const run = (folder: string, ...argv: string[]) =>
    spawnSync(orders, argv, { cwd: folder, env: environment, encoding: 'utf8', timeout: 60_000 });

  beforeAll(() => {
    environment = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: home };
    const prefix = join(home, 'prefix');
    const options: ExecFileSyncOptions = { cwd: repository, encoding: 'utf8' };
    const pack = ['pack', '--ignore-scripts', '--pack-destination', home, '--json'];
    const [{ filename }] = JSON.parse(String(execFileSync('npm', pack, options)));
    const offline = ['--offline', '--cache', join(home, 'cache'), '--ignore-scripts'];
    execFileSync(
      'npm',
      ['install', '--global', '--prefix', prefix, join(home, filename), ...offline],
      options,
    );
    orders = join(prefix, 'bin/orders');
    installed = join(prefix, 'lib/node_modules/@lambda-orders/cli');
  });

  const hashFiles = () =>
    globSync('**/*', { cwd: installed })
      .filter((file) => statSync(join(installed, file)).isFile())
      .sort()
      .map((file) => [
        file,
        createHash('sha256')
          .update(readFileSync(join(installed, file)))
          .digest('hex'),
      ]);

  it('processes an order from an empty folder, and writes only there', () => {
    const folder = makeFolder('empty');
    const before = hashFiles();
    for (const path of globSync(`${installed}/{,**/}`)) chmodSync(path, 0o555);
    expect(run(folder, '--version').stdout).toBe(
      `${JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')).version}\n`,
    );
    const submitted = run(folder, 'submit', '--sample', 'low', '--wait');
    expect(submitted.status, submitted.stdout + submitted.stderr).toBe(0);
    expect(submitted.stderr).toContain('status=completed');
    const replayed = run(folder, 'replay', 'latest');
    expect(replayed.status, replayed.stdout + replayed.stderr).toBe(0);
    expect(run(folder, 'doctor').stdout).not.toContain('not built');
    expect(run(folder, 'local', 'stop').status).toBe(0);
    expect(readdirSync(folder)).toEqual(['.orders']);
    expect(hashFiles()).toEqual(before);
  });

  it('refuses to store anything in the package', () => {
    const refused = run(installed, 'list');
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain('is inside an installed package');
  });
});

it('names the required Node and the installed Node', () => {
  const bin = makeFolder('old-node');
  const package_ = makeFolder('package');
  mkdirSync(join(package_, 'bin'));
  mkdirSync(join(package_, 'dist'));
  writeFileSync(join(package_, 'dist/main.js'), '');
  symlinkSync('/bin/sh', join(bin, 'sh'));
  writeFileSync(join(package_, 'bin/orders'), readFileSync(program), { mode: 0o755 });
  const start = (version?: string) => {
    if (version) writeFileSync(join(bin, 'node'), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
    const { status, stderr } = spawnSync(join(package_, 'bin/orders'), [], {
      env: { PATH: bin },
      encoding: 'utf8',
    });
    return [status, stderr];
  };
  const needed = 'orders needs Node 22.13 or newer, and';
  const fix = 'install it from https://nodejs.org';
  expect(start()).toEqual([3, `${needed} no node is on the PATH: ${fix}\n`]);
  for (const version of ['v20.20.2', 'v22.12.0', 'v9.0.0']) {
    expect(start(version)).toEqual([3, `${needed} ${bin}/node is ${version}: ${fix}\n`]);
  }
  for (const version of ['v22.13.0', 'v24.0.1', 'v100.0.0']) {
    expect(start(version)).toEqual([0, '']);
  }
});

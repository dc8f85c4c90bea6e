import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from '../test/support/project-files.ts';
import { atEnd } from './cleanup.ts';

/** A built version of this repository. */
export interface Checkout {
  /** Name in the output. */
  readonly label: string;
  readonly folder: string;
}

export const thisCheckout: Checkout = { label: 'this checkout', folder: repository };

/**
 * Extracts a commit of this repository to a temporary folder and builds it there. A commit with the same lockfile shares the
 * installed packages. Throws if there is no such commit, or if its build fails.
 */
export async function buildCheckout(ref: string): Promise<Checkout> {
  const commit = findCommit(ref);
  const folder = mkdtempSync(join(tmpdir(), 'orders-bench-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  execFileSync('tar', ['-x', '-C', folder], { input: git('archive', commit) });
  const readLock = (root: string) => readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (readLock(folder) === readLock(repository)) {
    symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  } else {
    await run(folder, ['ci']);
  }
  // An installation also builds, if the commit has a script for that.
  if (!existsSync(join(folder, 'dist/main.js'))) await run(folder, ['run', '-s', 'build']);
  return { label: ref, folder };
}

function git(...argv: string[]): Buffer {
  return execFileSync('git', argv, {
    cwd: repository,
    maxBuffer: 1 << 30,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function findCommit(ref: string): string {
  try {
    return git('rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`).toString().trim();
  } catch {
    throw new Error(`"${ref}" is not a commit of this repository`);
  }
}

/** Runs npm in a process group of its own, which the end of the bench stops. Throws if npm fails. */
async function run(cwd: string, argv: readonly string[]): Promise<void> {
  const child = spawn('npm', argv, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  atEnd(() => {
    if (child.exitCode === null && child.signalCode === null && child.pid)
      process.kill(-child.pid, 'SIGKILL');
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`npm ${argv.join(' ')} failed in ${cwd}:\n${output}`);
}

import { type ExecFileException, execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { full } from '../support/full.ts';
import { repository } from '../support/project-files.ts';

const timeout = 300_000;
let temporary: string;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'orders-bench-test-'));
});
afterEach(() => rmSync(temporary, { recursive: true, force: true }));

/** Folders that the bench has left behind. */
const listFolders = () => readdirSync(temporary).filter((name) => name.startsWith('orders-'));

/** Runs the bench in its short form, and interrupts it when it reports `interruptAt`. */
function runBench(argv: readonly string[], interruptAt?: string) {
  return new Promise<{ error: ExecFileException | null; stdout: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      ['bench/bench.ts', ...argv, '--short'],
      { cwd: repository, env: { ...process.env, TMPDIR: temporary } },
      (error, stdout) => resolve({ error, stdout }),
    );
    child.stderr?.on('data', (chunk) => {
      if (interruptAt !== undefined && String(chunk).includes(interruptAt)) child.kill('SIGINT');
    });
  });
}

// The measurement of processors needs /proc.
it.runIf(full && process.platform === 'linux')(
  'runs every part, and leaves nothing behind',
  { timeout },
  async () => {
    const parts = 'start-up,throughput,latency,replay,time-scale,suspended,scale';
    const { error, stdout } = await runBench(['--parts', parts]);
    expect(error).toBeNull();
    expect(stdout).not.toContain('NaN');
    expect(stdout).toMatch(/^ +orders get \(x node -e 0\) +\d+\.\d\d$/m);
    expect(stdout).toMatch(/^ +npx orders --version \(x node -e 0\) +\d+\.\d\d$/m);
    expect(stdout).toMatch(/^ +3 in flight +\d+\.\d orders\/s, \d\.\d\d of the floor's \d+\.\d$/m);
    expect(stdout).toMatch(/^ +timer beside 3 orders, p99 \(ms\) +\d+\.\d\d$/m);
    expect(stdout).toMatch(/^ +replay of recordings \(orders\/s\) +\d+\.\d\d$/m);
    expect(stdout).toMatch(/^ +time scale reached at x6000 \(share\) +\d\.\d\d$/m);
    expect(stdout).toMatch(/^ +5: \d+ MB PSS, .* restart in \d+\.\d s\n +all due at once: ended/m);
    expect(stdout).toMatch(/^ +5 +\d+\.\d\d +\d+\.\d\d, \d+\.\d\d \([+-]?\d+\.\d %\)/m);
    expect(stdout).toMatch(/default quotas\n.*\n +10 +\d+ +0 +\d+ +\d+ +none\n/);
    expect(stdout).toMatch(/^ +500 .* starts \d+/m);
    expect(stdout).toMatch(/raised quotas, warm\n.*\n( +\d+ +\d+ +0 +\d+ +\d+ +none\n){4}/);
    expect(listFolders()).toEqual([]);
  },
);

it.runIf(full && existsSync(join(repository, '.git')))(
  'compares this checkout with a commit, and cleans up when it is interrupted',
  { timeout },
  async () => {
    const argv = ['start-up', 'throughput', '--against', 'HEAD', '--pairs', '2'];
    const { error, stdout } = await runBench(argv, 'throughput, pair 2');
    expect(error).toMatchObject({ code: 130 });
    expect(stdout).toContain('HEAD: signatures verified, policies enforced\n');
    expect(stdout).toMatch(
      /^ +orders submit \(x node -e 0\) +\d+\.\d\d +\d+\.\d\d +\d+\.\d\d \(\d+\.\d\d to \d+\.\d\d\)$/m,
    );
    expect(listFolders()).toEqual([]);
  },
);

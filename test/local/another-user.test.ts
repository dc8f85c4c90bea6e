/** What another user of the machine can do with the runtime. */
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSecret } from '../../src/local/runtime/project-credentials.ts';
import { startRuntime } from '../../src/local/runtime/runtime.ts';
import { stateDirectory } from '../../src/local/runtime/state-file.ts';
import { repository } from '../support/project-files.ts';
import { serviceCalls } from '../support/service-calls.ts';

const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath];

/** Returns whether this process cannot run programs as another user. Prints a note if so. */
function cannotSwitchUser(): boolean {
  const cannot = spawnSync('setpriv', [...nobody, '-e', '0']).status !== 0;
  if (cannot) process.stderr.write('skipped: no program can be run as another user\n');
  return cannot;
}

/** Tries to read the state, and sends each request without a signature and with an invented one. Prints the results. */
const script = `
import { readdirSync, readFileSync } from 'node:fs';
const { directory, url, accessKeyId, calls } = JSON.parse(process.argv[2]);
const tryTo = (work) => { try { work(); return 'done'; } catch ({ code }) { return code; } };
const reads = ['secret', 'state.sqlite', 'runtime.json', 'runtime.log']
  .map((name) => tryTo(() => readFileSync(directory + '/' + name)));
reads.push(tryTo(() => readdirSync(directory)));
const time = new Date().toISOString().replace(/[-:]|\\.\\d+/g, '');
const statuses = [];
for (const { service, method, path, headers, body } of calls) {
  const scope = [time.slice(0, 8), 'us-east-2', service, 'aws4_request'].join('/');
  const names = ['host', 'x-amz-date', ...Object.keys(headers)].join(';');
  const authorization = 'AWS4-HMAC-SHA256 Credential=' + accessKeyId + '/' + scope +
    ', SignedHeaders=' + names + ', Signature=' + '0'.repeat(64);
  for (const extra of [{}, { authorization, 'x-amz-date': time, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }]) {
    const { status } = await fetch(url + path, { method, headers: { ...headers, ...extra }, body });
    statuses.push(status);
  }
}
process.stdout.write(JSON.stringify({ reads, statuses, uid: process.getuid() }));
`;

describe.skipIf(cannotSwitchUser())('another user of the machine', () => {
  it('can neither read the secret nor send a request that is carried out', async () => {
    const root = mkdtempSync(join(tmpdir(), 'another-user-'));
    chmodSync(root, 0o755);
    const directory = stateDirectory(root);
    // A folder that an older version or another program created is closed, too.
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    writeFileSync(join(directory, 'runtime.log'), '', { mode: 0o644 });
    writeFileSync(join(root, 'script.mjs'), script, { mode: 0o644 });
    const runtime = await startRuntime({ directory, port: 0, timeScale: 1 });
    try {
      expect(loadSecret(directory)).toHaveLength(32);
      const { url, credentials } = runtime;
      const input = { directory, url, accessKeyId: credentials.accessKeyId, calls: serviceCalls };
      const { stdout, stderr } = await runAsNobody(root, 'script.mjs', JSON.stringify(input));
      expect(stderr).toBe('');
      const { reads, statuses, uid } = JSON.parse(stdout);
      expect(uid).toBe(65_534);
      expect(new Set(reads)).toEqual(new Set(['EACCES']));
      expect(statuses).toHaveLength(2 * serviceCalls.length);
      expect(statuses.filter((status: number) => status !== 400 && status !== 403)).toEqual([]);
    } finally {
      await runtime.close();
      rmSync(root, { recursive: true });
    }
  });

  it('sees that a runtime belongs to someone else, and not that none is running', async () => {
    const root = mkdtempSync(join(tmpdir(), 'another-user-'));
    chmodSync(root, 0o755);
    mkdirSync(stateDirectory(root), { recursive: true, mode: 0o700 });
    chmodSync(join(root, '.orders'), 0o700);
    const main = join(repository, 'dist/main.js');
    for (const command of ['status', 'stop']) {
      const { stderr } = await runAsNobody(root, main, 'local', command);
      expect(stderr).toMatch(/^✗ .*\.orders\/local belongs to another user\.\n/);
    }
    rmSync(root, { recursive: true });
  });

  it('learns that a project of someone else cannot be written, and gets no hint to start it again', async () => {
    const root = mkdtempSync(join(tmpdir(), 'another-user-'));
    chmodSync(root, 0o755);
    const main = join(repository, 'dist/main.js');
    const started = await runAsNobody(root, main, 'list');
    expect(started.stderr).toMatch(
      /^✗ The local runtime does not start: .* cannot be written .*writable, then retry\.\n {2}orders doctor\n$/,
    );
    const examined = await runAsNobody(root, main, 'doctor', '--json');
    expect(JSON.parse(examined.stdout).data).toMatchObject([
      { about: 'node' },
      { about: 'disk', state: 'error', message: `${root} is not writable` },
      { about: 'config' },
      { about: 'build' },
      { about: 'runtime', state: 'error', fix: "make the project's folder writable" },
    ]);
    rmSync(root, { recursive: true });
  });
});

function runAsNobody(cwd: string, ...argv: string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile('setpriv', [...nobody, ...argv], { cwd }, (_, stdout, stderr) =>
      resolve({ stdout, stderr }),
    );
  });
}

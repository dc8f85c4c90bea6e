import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  addStartLines,
  findShell,
  planInstallation,
} from '../../../src/cli/completion/install-plan.ts';

function createHome() {
  const home = mkdtempSync(join(tmpdir(), 'orders home-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const install = (...argv: string[]) =>
    spawnSync('bin/orders', ['completion', 'install', ...argv], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: home, SHELL: '/usr/bin/bash' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  return { home, install, rc: join(home, '.bashrc') };
}

it('writes nothing before it has shown the lines and the person has confirmed', () => {
  const { home, install, rc } = createHome();
  const printed = install('--print');
  expect(printed.stdout).toContain(`add to ${rc}:\n  # Completion of orders`);
  expect(printed.status).toBe(0);
  const asked = install();
  expect(asked.status).toBe(4);
  expect(asked.stderr).toContain('Confirmation required: Write this?');
  expect(existsSync(rc)).toBe(false);
  expect(existsSync(join(home, '.local'))).toBe(false);
});

it('installs once, keeps the start file, and completes in a new shell', () => {
  const { install, rc } = createHome();
  writeFileSync(rc, 'export KEPT=1');
  expect(install('--yes').status).toBe(0);
  const text = readFileSync(rc, 'utf8');
  expect(text).toMatch(/^export KEPT=1\n\n# Completion of orders/);
  const again = install('--yes');
  expect([again.status, again.stdout]).toEqual([0, '']);
  expect(again.stderr).toContain('is up to date');
  expect(readFileSync(rc, 'utf8')).toBe(text);
  const shell = spawnSync('bash', ['--rcfile', rc, '-ic', 'complete -p orders; echo $KEPT'], {
    encoding: 'utf8',
  });
  expect(shell.stdout).toContain('complete -F _orders orders\n1\n');
});

it('knows the files of each shell', () => {
  const home = { HOME: '/home/ann' };
  expect(planInstallation('bash', home).start?.text).toContain(
    '. /home/ann/.local/share/orders/completion.bash\n',
  );
  const zsh = planInstallation('zsh', { ...home, ZDOTDIR: '/home/ann/.zsh' });
  expect(zsh.start?.file).toBe('/home/ann/.zsh/.zshrc');
  expect(planInstallation('fish', home)).toEqual({
    script: '/home/ann/.config/fish/completions/orders.fish',
  });
  const odd = planInstallation('bash', { HOME: "/home/o'neill $x" });
  expect(odd.start?.text).toContain(`'/home/o'\\''neill $x/.local/share/orders/completion.bash'`);
  expect(addStartLines('a\n', 'b\n')).toBe('a\n\nb\n');
  expect(addStartLines('a\nb\n', 'b\n')).toBeUndefined();
});

it('refuses a shell that it cannot set up', () => {
  expect(() => findShell({ SHELL: '/bin/tcsh' })).toThrow('no completion for the shell tcsh');
  expect(() => findShell({})).toThrow('SHELL is not set');
  expect(() => planInstallation('bash', {})).toThrow('HOME is not set');
});

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('reports a durable step that is not awaited', () => {
  const { stdout, status } = spawnSync(
    'node_modules/.bin/oxlint',
    ['--type-aware', '--config', '.oxlintrc.planted.json', 'test/lint/planted'],
    { cwd: root, encoding: 'utf8' },
  );
  expect(stdout).toContain('no-floating-promises');
  expect(status).toBe(1);
});

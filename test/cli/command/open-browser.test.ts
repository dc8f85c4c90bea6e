import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { browserCommand, openBrowser } from '../../../src/cli/command/open-browser.ts';

const url = 'https://example.com/?a=1&b=$(id)#x';

it.each([
  [{ BROWSER: 'firefox' }, 'linux', ['firefox', url]],
  [{ BROWSER: 'browser --tab %s -x:other' }, 'linux', ['browser', '--tab', url, '-x']],
  [{ DISPLAY: ':0' }, 'linux', ['xdg-open', url]],
  [{ WAYLAND_DISPLAY: 'wayland-0' }, 'linux', ['xdg-open', url]],
  [{}, 'darwin', ['open', url]],
  [{}, 'linux', undefined],
] as const)('with %j on %s, opens a page by %j', (variables, platform, command) => {
  expect(browserCommand(url, variables, platform)).toEqual(command);
});

it('gives the address to the program as one argument, and reports a program that fails or is missing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orders-browser-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program = join(folder, 'browser');
  writeFileSync(program, `#!/bin/sh\nprintf '%s|' "$@" > ${folder}/opened\n`);
  chmodSync(program, 0o755);
  expect(await openBrowser(url, { BROWSER: program })).toBe(true);
  expect(readFileSync(join(folder, 'opened'), 'utf8')).toBe(`${url}|`);
  expect(await openBrowser(url, { BROWSER: 'false' })).toBe(false);
  expect(await openBrowser(url, { BROWSER: join(folder, 'missing') })).toBe(false);
});

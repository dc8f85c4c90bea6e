import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Time after which a program that still runs is the browser itself (ms). */
const startedAfterMs = 1500;

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Returns the program that opens a page, with its arguments; undefined if this machine cannot show a browser. `BROWSER` wins: a command,
 * with `%s` for the address or without it.
 */
export function browserCommand(
  url: string,
  variables: Variables,
  platform: NodeJS.Platform = process.platform,
): readonly [program: string, ...rest: string[]] | undefined {
  const [first = ''] = (variables['BROWSER'] ?? '').split(':');
  const [program, ...rest] = first.split(/\s+/).filter(Boolean);
  if (program !== undefined) {
    const hasPlace = rest.includes('%s');
    return [
      program,
      ...rest.map((word) => (word === '%s' ? url : word)),
      ...(hasPlace ? [] : [url]),
    ];
  }
  if (platform === 'darwin') return ['open', url];
  if (variables['WSL_DISTRO_NAME'] && existsSync('/usr/bin/wslview')) return ['wslview', url];
  const hasDisplay = variables['DISPLAY'] || variables['WAYLAND_DISPLAY'];
  return hasDisplay ? ['xdg-open', url] : undefined;
}

/** Opens a page in the browser. Returns whether a browser was started. The program gets the address as an argument, without a shell. */
export function openBrowser(url: string, variables: Variables): Promise<boolean> {
  const command = browserCommand(url, variables);
  if (!command) return Promise.resolve(false);
  const [program, ...rest] = command;
  return new Promise((resolve) => {
    const child = spawn(program, rest, { stdio: 'ignore', detached: true });
    const timer = setTimeout(() => resolve(true), startedAfterMs);
    const end = (isOpen: boolean) => {
      clearTimeout(timer);
      resolve(isOpen);
    };
    child.on('error', () => end(false));
    child.on('exit', (code) => end(code === 0));
    child.unref();
  });
}

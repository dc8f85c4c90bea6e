import { spawnSync } from 'node:child_process';

/** Number of measurements of each command. */
const runs = 15;

/** Prints the median start-up time of commands. The cases alternate, so that other load affects all of them equally. */
export function benchStartUp(
  program: string,
  { project, id }: { project: string; id: string },
): void {
  const cases: Record<string, [string, string[]]> = {
    'node -e 0': [process.execPath, ['-e', '0']],
    'orders --version': [program, ['--version']],
    'orders --help': [program, ['--help']],
    'orders get --nope': [program, ['get', '--nope']],
    'orders submit': [program, ['submit', '--sample', 'low']],
    'orders get': [program, ['get', id]],
  };
  const times: Record<string, number[]> = {};
  for (let run = 0; run < runs; run += 1) {
    for (const [name, [file, argv]] of Object.entries(cases)) {
      const started = performance.now();
      spawnSync(file, argv, { cwd: project, stdio: 'ignore' });
      times[name] = [...(times[name] ?? []), performance.now() - started];
    }
  }
  const base = median(times['node -e 0'] ?? []);
  console.log(`start-up, median of ${runs}`);
  for (const [name, durations] of Object.entries(times)) {
    console.log(`  ${name.padEnd(18)} ${(median(durations) / base).toFixed(2)}x node -e 0`);
  }
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Runs the linters, or with `--fix` formats the code. Installs them at the first run and after a change of their versions. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = import.meta.dirname;
process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
const PATH = `${join(folder, 'node_modules/.bin')}${delimiter}${process.env['PATH']}`;

/** Runs a program of the linters' package, or one from the PATH. Returns its exit code and, if captured, its output. */
function run(command: string, argv: readonly string[], stdout: 'inherit' | 'pipe' = 'inherit') {
  const result = spawnSync(command, argv, {
    env: { ...process.env, PATH },
    stdio: ['ignore', stdout, 'inherit'],
    encoding: 'utf8',
  });
  if (result.error) throw result.error;
  return { status: result.status ?? 1, output: result.stdout };
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(join(folder, file), 'utf8');
  } catch {
    return undefined;
  }
}

/** Installs the linters, unless the installed versions match the lockfile. */
function install(): void {
  const locked = readText('package-lock.json') ?? '';
  if (readText('node_modules/installed-lock.json') === locked) return;
  const { status } = spawnSync('npm', ['ci', '--loglevel', 'error'], {
    cwd: folder,
    env: systemEnvironment(),
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
  writeFileSync(join(folder, 'node_modules/installed-lock.json'), locked);
}

/**
 * Returns the environment without the settings of `npm run` and without the project's own Node, so that npm uses the configuration of
 * the machine, such as its registry and certificates.
 */
function systemEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const isForeign = (entry: string) => !entry.startsWith(process.cwd());
  const PATH = (process.env['PATH'] ?? '').split(delimiter).filter(isForeign).join(delimiter);
  return { ...Object.fromEntries(own), PATH };
}

/** Checks that the linter still reports a durable step that is not awaited. Returns an exit code. */
function checkPlantedMistake(): number {
  const config = ['--config', '.oxlintrc.planted.json'];
  const { status, output } = run(
    'oxlint',
    ['--type-aware', ...config, 'test/lint/planted'],
    'pipe',
  );
  if (status === 1 && output.includes('no-floating-promises')) return 0;
  console.error('The linter does not report the mistake in test/lint/planted.');
  return 1;
}

function lint(): number {
  const folders = ['bench', 'commands', 'functions', 'scripts', 'src', 'test'];
  return (
    run('biome', ['check', '.']).status ||
    run('oxlint', ['--type-aware', '--deny-warnings', ...folders]).status ||
    checkPlantedMistake() ||
    run('knip', []).status
  );
}

install();
process.exitCode = process.argv.includes('--fix')
  ? run('biome', ['check', '--write', '.']).status
  : lint();

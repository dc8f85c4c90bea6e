import { execFile, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { full } from './full.ts';
import { program, repository } from './project-files.ts';

/** Result of a command. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command with the folder and the variables of its process. */
export interface CommandRequest {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Time after which a command is killed (ms). Load tests of the long run take minutes on a busy machine. */
const maxCommandMs = full ? 540_000 : 120_000;
/** Commands after which a process is replaced: its memory grows a little with each. */
const maxCommands = 200;

/** Runs the CLI in a process of its own, with a closed standard input. */
export function runProgram({ argv, ...options }: CommandRequest): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      argv,
      { ...options, maxBuffer: 64 << 20, timeout: maxCommandMs },
      (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error ? 1 : 0;
        resolve({ code, stdout, stderr });
      },
    );
    child.stdin?.end();
  });
}

/**
 * Runs a command in the command process of this test worker, which runs one command after another: otherwise, starting the program takes
 * most of the processor time of a command. While that process runs another command, this one gets a process of its own.
 *
 * The output and the exit code are the same as in a process of its own, and a command ends when nothing keeps it running. Use `runProgram` for
 * tests of the start, of terminals and signals, and of files that the SDK reads once per process: AWS configuration and credentials.
 */
export function runCommand(request: CommandRequest): Promise<Outcome> {
  if (shared?.isBusy) return runProgram(request);
  if (!shared?.isUsable()) {
    shared?.end();
    shared = new CommandProcess();
  }
  return shared.run(request);
}

let shared: CommandProcess | undefined;

/** A process that runs `command-runner.ts`. It ends with this one. */
class CommandProcess {
  readonly #build = readBuild();
  readonly #child = spawn(join(repository, 'node_modules/.bin/node'), runnerArguments, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  readonly #texts = { stdout: '', stderr: '' };
  #hasExited = false;
  #commands = 0;
  #settle: ((code: number) => void) | undefined;

  constructor() {
    this.#collect('stdout');
    this.#collect('stderr');
    this.#child.on('exit', () => {
      this.#hasExited = true;
    });
    this.#child.on('close', (code) => this.#settle?.(code ?? 1));
    // An idle process does not keep this one alive.
    this.#child.unref();
    this.#child.channel?.unref();
  }

  get isBusy(): boolean {
    return this.#settle !== undefined;
  }

  /** Whether the process runs and can load more modules: the modules of a replaced build are gone. */
  isUsable(): boolean {
    return !this.#hasExited && this.#commands < maxCommands && this.#build === readBuild();
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  run(request: CommandRequest): Promise<Outcome> {
    this.#commands += 1;
    this.#texts.stdout = '';
    this.#texts.stderr = '';
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), maxCommandMs);
    return new Promise((resolve) => {
      this.#settle = (code) => {
        clearTimeout(timer);
        this.#settle = undefined;
        const { stdout, stderr } = this.#texts;
        resolve({ code, stdout: stdout.replace(end, ''), stderr: stderr.replace(end, '') });
      };
      // If the process is just ending, it is closed next.
      this.#child.send(request, () => undefined);
    });
  }

  #collect(name: 'stdout' | 'stderr'): void {
    const stream = this.#child[name] as Socket;
    stream.unref();
    stream.setEncoding('utf8').on('data', (text: string) => {
      this.#texts[name] += text;
      const { stdout, stderr } = this.#texts;
      const [, code] = end.exec(stdout.slice(-maxEndLength)) ?? [];
      if (code !== undefined && end.test(stderr.slice(-maxEndLength))) this.#settle?.(Number(code));
    });
  }
}

const runnerArguments = [
  '--disable-warning=ExperimentalWarning',
  fileURLToPath(new URL('command-runner.ts', import.meta.url)),
];

/** What the process writes to both streams at the end of a command; no text of the program contains this character. */
const end = /\0(\d+)\n$/; // oxlint-disable-line no-control-regex -- the same
/** Length of the end (characters). */
const maxEndLength = 8;

/** Returns the time of the build (ms). */
function readBuild(): number {
  return statSync(join(repository, 'dist/build-id')).mtimeMs;
}

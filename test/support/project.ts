import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, readState } from '../../src/local/state-file.ts';
import { makeProject, program } from './project-files.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project of its own, with a local runtime of its own that starts with the first command that needs it. */
export function aProject() {
  const root = makeProject();
  const options = {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: root, NODE_ENV: undefined, TZ: 'UTC' },
  };
  const orders = (...argv: string[]) => runIn({}, argv);

  /** Runs the real program to its end, with more variables in its environment. */
  function runIn(variables: Record<string, string>, argv: readonly string[]): Promise<Outcome> {
    return new Promise((resolve) => {
      const child = execFile(
        program,
        argv,
        {
          ...options,
          env: { ...options.env, ...variables },
          maxBuffer: 64 << 20,
          timeout: 60_000,
        },
        (error, stdout, stderr) => {
          const code = typeof error?.code === 'number' ? error.code : error ? 1 : 0;
          resolve({ code, stdout, stderr });
        },
      );
      child.stdin?.end();
    });
  }

  /** The `data` of a command's JSON document. */
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into what they expect
  async function ask(...argv: string[]): Promise<any> {
    const { stdout, stderr } = await orders(...argv, '--json');
    try {
      return JSON.parse(stdout).data;
    } catch {
      throw new Error(`orders ${argv.join(' ')} answered no JSON:\n${stdout}\n${stderr}`);
    }
  }

  return {
    root,
    program,
    orders,
    ask,
    with: (variables: Record<string, string>) => ({
      orders: (...argv: string[]) => runIn(variables, argv),
    }),
    start: (...argv: string[]): ChildProcess => spawn(program, argv, options),
    /** Kills the runtime without a word; it is gone then, and not just about to go. */
    async killRuntime() {
      const pid = readState(root)?.pid;
      if (pid === undefined) throw new Error('no runtime is running');
      process.kill(pid, 'SIGKILL');
      while (isAlive(pid)) await delay(5);
    },
    async close() {
      await orders('local', 'stop');
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export type Project = ReturnType<typeof aProject>;

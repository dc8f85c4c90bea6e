import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, readState } from '../../src/local/runtime/state-file.ts';
import { type Outcome, runCommand, runProgram } from './command-process.ts';
import { makeProject, program } from './project-files.ts';
import { listRecordedFaults, recordingVariables } from './recorded-responses.ts';

/** Creates a project with its own local runtime, which starts with the first command that needs it. */
export function createProject() {
  const root = makeProject();
  const responses = `${root}-responses`;
  const options = {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: root,
      NODE_ENV: undefined,
      TZ: 'UTC',
      ...recordingVariables(responses),
    },
  };
  let hasSubmitted = false;

  /**
   * Runs a command in the command process of this test worker. The command after a submission gets a process of its own: it starts as late
   * as for a person, when the order has its first status.
   */
  function orders(...argv: string[]): Promise<Outcome> {
    const request = { argv, ...options };
    const isSubmission = argv[0] === 'submit';
    const isNext = hasSubmitted && !isSubmission;
    hasSubmitted = isSubmission;
    return isNext ? runProgram(request) : runCommand(request);
  }

  /** Runs a command with `--json` and returns the `data` of its document. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read the members that they expect
  async function runJson(...argv: string[]): Promise<any> {
    const { stdout, stderr } = await orders(...argv, '--json');
    try {
      return JSON.parse(stdout).data;
    } catch {
      throw new Error(`orders ${argv.join(' ')} printed no JSON:\n${stdout}\n${stderr}`);
    }
  }

  return {
    root,
    program,
    orders,
    runJson,
    /** Runs commands with additional environment variables, each in a process of its own. */
    with: (variables: Record<string, string>) => ({
      orders: (...argv: string[]) =>
        runProgram({ argv, ...options, env: { ...options.env, ...variables } }),
    }),
    start: (...argv: string[]): ChildProcess => spawn(program, argv, options),
    /** Kills the runtime and waits until its process has exited. */
    async killRuntime() {
      const pid = readState(root)?.pid;
      if (pid === undefined) throw new Error('no runtime is running');
      process.kill(pid, 'SIGKILL');
      while (isAlive(pid)) await delay(5);
    },
    /** Stops the runtime and deletes the project. Throws if a response differs from the API model of its service. */
    async close() {
      await orders('local', 'stop');
      const faults = listRecordedFaults(responses);
      rmSync(root, { recursive: true, force: true });
      rmSync(responses, { force: true });
      if (faults.length > 0) throw new Error(`Unlike the API model:\n${faults.join('\n')}`);
    },
  };
}

export type Project = ReturnType<typeof createProject>;

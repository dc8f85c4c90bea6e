import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, readState } from '../../src/local/runtime/state-file.ts';
import { type Outcome, runCommand, runProgram } from './command-process.ts';
import { awaitFirstStatus } from './order-status.ts';
import { makeProject, program } from './project-files.ts';
import { listRecordedFaults, maxResponses, recordingVariables } from './recorded-responses.ts';

/**
 * Creates a project, or uses the one in `root`, with its own local runtime, which starts with the first command that needs it and records
 * `recorded` responses of each operation.
 */
export function createProject(root = makeProject(), recorded = maxResponses) {
  const responses = `${root}-responses`;
  const options = {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: root,
      NODE_ENV: undefined,
      TZ: 'UTC',
      ...recordingVariables(responses, recorded),
    },
  };
  /** Order that the last command submitted, which has not ended. */
  let submitted: string | undefined;

  /**
   * Runs a command in the command process of this test worker. The command after a submission starts as late as for a person, when the order
   * has its first status. If it does not get one, the command gets a process of its own, whose start takes time.
   */
  async function orders(...argv: string[]): Promise<Outcome> {
    const request = { argv, ...options };
    const isSubmission = argv[0] === 'submit';
    const before = submitted;
    if (!isSubmission) submitted = undefined;
    const isEarly =
      !isSubmission && before !== undefined && !(await awaitFirstStatus(root, before));
    const outcome = await (isEarly ? runProgram(request) : runCommand(request));
    if (isSubmission) submitted = findRunningOrder(argv, outcome);
    return outcome;
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
    responses,
    /** Runs commands with additional environment variables, each in a process of its own unless `run` is another function. */
    with: (variables: Record<string, string>, run = runProgram) => ({
      orders: (...argv: string[]) =>
        run({ argv, ...options, env: { ...options.env, ...variables } }),
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
      if (faults.length > 0) throw modelError(faults);
    },
  };
}

/** Returns the error about responses that differ from the API models. */
export function modelError(faults: readonly string[]): Error {
  return new Error(`Unlike the API model:\n${faults.join('\n')}`);
}

/** Returns the id of the order that a submission started; undefined if it waited for the end, or started none. */
function findRunningOrder(argv: readonly string[], { stdout }: Outcome): string | undefined {
  if (argv.includes('--wait') || argv.includes('--watch')) return undefined;
  const [, json, text] =
    /"orderId": *"([^"]+)"|^(?:\S )?([\w-]+)(?: accepted|\n$)/.exec(stdout) ?? [];
  return json ?? text;
}

export type Project = ReturnType<typeof createProject>;

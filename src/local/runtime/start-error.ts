import { createServer } from 'node:net';

/** Reasons why a runtime does not start. */
export type StartProblem = 'port' | 'running' | 'other';

/** Exit code of the runtime's process if its port is in use or the directory has another runtime. */
export const conflictExitCode = 6;

/** A runtime does not start. The message is one or more lines for the user. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly problem: StartProblem;

  constructor(problem: StartProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

export const portInUseError = (port: number): StartError =>
  new StartError('port', `Port ${port} is used by another program.`);

export const alreadyRunningError = (pid: number | undefined): StartError =>
  new StartError(
    'running',
    `A runtime of this project is already running (pid ${pid ?? 'unknown'}).`,
  );

/** First words of the line that a runtime prints when it listens. */
export const startedPrefix = 'orders runtime: ';

/** Returns the error that the runtime's process reported by its exit code and its output. */
export function parseStartError(exitCode: number | null, output: string): StartError {
  // A runtime can fail right after it started.
  const lines = output.split('\n').filter((line) => !line.startsWith(startedPrefix));
  const message = lines.join('\n') || 'it printed nothing';
  if (exitCode !== conflictExitCode) return new StartError('other', message);
  return new StartError(/^Port \d/m.test(message) ? 'port' : 'running', message);
}

/** Returns whether a server can listen on this port of the machine. Port 0 is always free. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
  });
}

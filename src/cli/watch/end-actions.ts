/** What `orders watch` does when an order ends: a notification of the terminal, and a command of the user. */
import { spawn } from 'node:child_process';
import type { EndEvent, Ending } from '../../orders/watch/events.ts';
import { removeControls, trustedStream } from '../terminal/output-guard.ts';
import { mark } from '../terminal/terminal.ts';
import type { ShownEvent } from './shown-event.ts';

/** Ends of the watch and not of the order. */
const watchEndings: ReadonlySet<Ending> = new Set(['detached', 'timeout', 'gone']);

/** Maximum number of commands that run at once. */
const maxCommands = 4;
/** Maximum length of a command's output that is printed (characters). */
const maxOutput = 16_384;

export interface EndActionOptions {
  /** Whether the terminal notifies the user. */
  readonly notify: boolean;
  /** Shell command to run for each order. */
  readonly command: string | undefined;
  /** Name of the environment, which the command gets too. */
  readonly environment: string;
  readonly stderr: NodeJS.WriteStream;
}

/** Runs the actions for each order that ends. */
export class EndActions {
  readonly #options: EndActionOptions;
  readonly #waiting: EndEvent[] = [];
  readonly #running = new Set<Promise<void>>();
  #report = '';

  constructor(options: EndActionOptions) {
    this.#options = options;
  }

  /** Starts the actions if the event is the end of an order. */
  handle(event: ShownEvent): void {
    if (event.type !== 'end' || !('orderId' in event) || watchEndings.has(event.ending)) return;
    const { notify, command, stderr } = this.#options;
    if (notify && stderr.isTTY) trustedStream(stderr).write(formatNotification(event));
    if (command === undefined) return;
    this.#waiting.push(event);
    this.#start(command);
  }

  /**
   * Waits for the commands and prints their output to stderr. Must run when no live view is open. After an interrupt, no further command
   * starts.
   */
  async finish({ aborted }: Pick<AbortSignal, 'aborted'>): Promise<void> {
    const dropped = aborted ? this.#waiting.splice(0).length : 0;
    if (dropped > 0) this.#report += `--exec did not run for ${dropped} ended orders.\n`;
    while (this.#running.size > 0) await Promise.race(this.#running);
    if (this.#report) this.#options.stderr.write(this.#report);
    this.#report = '';
  }

  #start(command: string): void {
    while (this.#running.size < maxCommands) {
      const event = this.#waiting.shift();
      if (!event) return;
      const run = this.#run(command, event).finally(() => {
        this.#running.delete(run);
        this.#start(command);
      });
      this.#running.add(run);
    }
  }

  async #run(command: string, event: EndEvent): Promise<void> {
    const variables = commandVariables(event, this.#options.environment);
    const { output, problem } = await runCommand(command, variables);
    this.#report += output === '' || output.endsWith('\n') ? output : `${output}\n`;
    if (problem === undefined) return;
    this.#report += `${mark('note', this.#options.stderr)} --exec ${problem} for ${event.orderId}\n`;
  }
}

/** Returns a bell and the notifications of iTerm2, ConEmu and kitty (OSC 9) and of rxvt, foot and VTE (OSC 777). */
export function formatNotification({ orderId, ending, status }: EndEvent): string {
  const text = removeControls(`${orderId} ${ending === 'reached' ? `reached ${status}` : ending}`);
  const body = text.replaceAll(';', ',');
  return `\u0007\u001b]9;${body}\u0007\u001b]777;notify;orders;${body}\u0007`;
}

/** Returns the variables that tell a command about the order. Data of the order is never part of the command itself. */
function commandVariables({ orderId, status, ending, failure }: EndEvent, environment: string) {
  return {
    ORDERS_ENV: environment,
    ORDERS_ORDER_ID: orderId,
    ORDERS_ORDER_STATUS: status,
    ORDERS_ORDER_ENDING: ending,
    ORDERS_ORDER_FAILURE: failure?.code ?? '',
  };
}

/** Runs a shell command. Returns the beginning of its output, and what went wrong if it failed. */
function runCommand(
  command: string,
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly output: string; readonly problem?: string }> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', command], {
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(0, maxOutput);
      });
    }
    child.on('error', ({ message }) => resolve({ output, problem: `did not start (${message})` }));
    child.on('close', (code, signal) => {
      if (code === 0) resolve({ output });
      else resolve({ output, problem: signal ? `ended by ${signal}` : `exited with ${code}` });
    });
  });
}

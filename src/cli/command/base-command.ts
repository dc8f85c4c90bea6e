import { Command, Flags, type Interfaces } from '@oclif/core';
import { type Notify, withStack } from '../../deploy/ensure.ts';
import { findStaleBundles } from '../../deploy/staleness.ts';
import { defaults, type EnvironmentFlags } from '../../environment/choose-environment.ts';
import { deployableRoot } from '../../environment/project.ts';
import { type ResolveOptions, resolveTarget } from '../../environment/resolve-target.ts';
import type { Stack } from '../../environment/stack.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { formatError } from '../terminal/format-error.ts';
import { parseDuration } from '../terminal/format-time.ts';
import { chooseUi, dim, mark, type Ui, type UiMode, uiModes } from '../terminal/terminal.ts';
import {
  describeError,
  type Envelope,
  errorDocument,
  type Meta,
  oclifExitCode,
  okDocument,
} from './json-output.ts';

/** Flags of every command that uses an environment. */
export const globalFlags = {
  env: Flags.string({
    char: 'e',
    env: 'ORDERS_ENV',
    description: 'environment to use',
    helpValue: '<name>',
    helpGroup: 'GLOBAL',
  }),
  region: Flags.string({
    env: 'ORDERS_REGION',
    description: 'AWS region',
    helpValue: '<region>',
    helpGroup: 'GLOBAL',
  }),
  stack: Flags.string({
    env: 'ORDERS_STACK',
    description: 'CloudFormation stack',
    helpValue: '<name>',
    helpGroup: 'GLOBAL',
  }),
  profile: Flags.string({
    env: 'ORDERS_PROFILE',
    description: 'AWS profile',
    helpValue: '<name>',
    helpGroup: 'GLOBAL',
  }),
  json: Flags.boolean({ description: 'JSON output', helpGroup: 'GLOBAL' }),
  ui: Flags.option({ options: uiModes, default: 'auto' as UiMode })({
    env: 'ORDERS_UI',
    description: 'output mode (-q: quiet)',
    helpGroup: 'GLOBAL',
  }),
  'no-input': Flags.boolean({ description: 'fail instead of prompting', helpGroup: 'GLOBAL' }),
  verbose: Flags.boolean({
    description: 'print AWS requests and stack traces',
    helpGroup: 'GLOBAL',
  }),
};

/** Declares a flag whose value is a duration such as `90s`, parsed to milliseconds. */
export const durationFlag = Flags.custom<number>({
  parse: async (text) => parseDuration(text),
  helpValue: '<duration>',
});

/** Declares `--confirm` for commands that change an environment. */
export const confirmFlag = Flags.custom<string>({
  description: 'name of the protected environment to change',
  helpValue: '<name>',
});

/** Declares `--timeout` for commands that wait (ms). */
export const timeoutFlag = Flags.custom<number>({
  parse: async (text) => parseDuration(text),
  helpValue: '<duration>',
  description: 'stop waiting after this long (exit 124)',
});

export type GlobalFlags = Interfaces.InferredFlags<typeof globalFlags>;

/** Commands that deploy a missing local stack of any name. */
const deployingCommands: ReadonlySet<string> = new Set(['submit', 'load-test']);

/**
 * Base class of all commands: resolves the target, writes output and reports errors. Modules that only some paths need
 * are imported there, because help and usage errors must be fast.
 */
export abstract class BaseCommand extends Command {
  static override baseFlags = globalFlags;
  #target: Target | undefined;

  /**
   * Prevents that oclif reads an omitted optional argument from stdin: it would wait for 10 ms, and take the lines of a loop such as
   * `while read -r sample; do orders submit --sample "$sample"; done`.
   */
  protected override async init(): Promise<void> {
    await super.init();
    for (const arg of Object.values(this.ctor.args)) arg.ignoreStdin = !arg.required;
  }

  /** Resolves the target from the flags. Starts the local runtime if the target is local, unless the options prevent it. */
  protected async target(
    flags: GlobalFlags & EnvironmentFlags,
    resolveOptions: Pick<ResolveOptions, 'ensureRuntime' | 'clientOptions'> = {},
  ): Promise<Target> {
    const clientOptions = { ...resolveOptions.clientOptions, ...(await readLogger(flags)) };
    const options = {
      cwd: process.cwd(),
      variables: process.env,
      ...resolveOptions,
      clientOptions,
    };
    this.#target = await resolveTarget(flags, options);
    if (!flags.json) for (const warning of this.#target.warnings) this.note(warning);
    return this.#target;
  }

  /**
   * Runs `use` with the target's stack. Locally, a missing stack is deployed first, except by a command that only reads and names
   * another stack than the project's: that is a mistyped name.
   */
  protected async withStack<T>(target: Target, use: (stack: Stack) => Promise<T>): Promise<T> {
    const notify: Notify = (line) => process.stderr.write(`${line}\n`);
    const isDefault = target.environment.stack === defaults.stack;
    const mayDeploy = isDefault || (this.id !== undefined && deployingCommands.has(this.id));
    return withStack(mayDeploy ? target : { ...target, autoDeploys: false }, notify, use);
  }

  /** Prints a note if functions changed after the last build, because the deployed code is then older than the source. */
  protected async noteStale(target: Target): Promise<void> {
    const stale = findStaleBundles(deployableRoot(target.root));
    if (stale.length === 0) return;
    this.note(
      `${stale.join(' and ')} changed after the last build: npm run build && orders deploy`,
    );
  }

  /** Returns the output mode for a stream: the mode of `--ui`, or a mode that fits the stream. */
  protected ui(flags: GlobalFlags, stream: NodeJS.WriteStream): Ui {
    return chooseUi(flags.ui, stream, process.env);
  }

  /** Writes data to stdout. */
  protected out(text: string): void {
    process.stdout.write(text);
  }

  /** Writes the JSON document of a command. `extraMeta` is added to its metadata. */
  protected document(data: unknown, extraMeta: Omit<Meta, 'env' | 'region'> = {}): void {
    this.out(okDocument(this.envelope(data, extraMeta)));
  }

  /** Returns the data of a command with the warnings and the environment. */
  protected envelope(data: unknown, extraMeta: Omit<Meta, 'env' | 'region'> = {}): Envelope {
    const { name, region } = this.#target?.environment ?? {};
    const meta = { ...(name ? { env: name } : {}), ...(region ? { region } : {}), ...extraMeta };
    return { data, warnings: this.#target?.warnings ?? [], meta };
  }

  /** Prints a message that is not data, to stderr. */
  protected note(text: string): void {
    process.stderr.write(`${mark('note')} ${text}\n`);
  }

  /** Prints the command to run next, to stderr. */
  protected hint(text: string): void {
    process.stderr.write(`  ${dim(text)}\n`);
  }

  /** Reports an error and its fix. Does not end the process, because output may still be buffered. */
  protected override async catch(error: Error): Promise<void> {
    if (oclifExitCode(error) === 0) throw error;
    if (!this.#target) return reportError(await this.#explain(error), this.argv, this.id);
    const { translateError } = await import('../../aws/errors.ts');
    const { addEnvFlagToHints } = await import('./hints.ts');
    const { explainStoppedRuntime } = await import('./stopped-runtime.ts');
    const translated = await explainStoppedRuntime(
      this.#target,
      translateError(error, this.#target),
    );
    reportError(addEnvFlagToHints(this.#target, translated), this.argv);
  }

  /** Returns a UserError for an unknown flag or a malformed integer argument, else `error` itself. */
  async #explain(error: Error): Promise<Error> {
    const help = ['orders', ...(this.id ?? '').split(':'), '--help'].join(' ');
    // oclif reports an invalid flag as a usage error, but not an invalid argument.
    if (/^Expected an integer/.test(error.message)) {
      return new UserError(`${error.message}.`, { hint: help });
    }
    const [, missing] = /^Missing \d+ required args?:\n(\S+)/.exec(error.message) ?? [];
    if (missing !== undefined) {
      const [example] = this.ctor.examples ?? [];
      const usage = typeof example === 'string' ? example.split('\n')[0] : undefined;
      const text = usage?.replaceAll('<%= config.bin %>', 'orders');
      return new UserError(`The argument ${missing.toUpperCase()} is missing.`, {
        hint: [...(text ? [`example: ${text}`] : []), help],
        code: 'Usage',
      });
    }
    const [, short] = /^Nonexistent flags?: -(\w)\b/m.exec(error.message) ?? [];
    if (short !== undefined) {
      return new UserError(`Unknown flag -${short}.`, { hint: help, code: 'Usage' });
    }
    const [, flag] = /^Nonexistent flags?: --(\S+)$/m.exec(error.message) ?? [];
    if (flag === undefined) return error;
    const { closestMatch } = await import('../../did-you-mean.ts');
    const { flags, baseFlags } = this.ctor;
    const name = closestMatch(flag, Object.keys({ ...baseFlags, ...flags }));
    const suggestion = flag === 'quiet' ? '-q' : name && `--${name}`;
    return new UserError(`Unknown flag --${flag}.`, {
      hint: [...(suggestion ? [`did you mean: ${suggestion}`] : []), help],
      code: 'Usage',
    });
  }
}

/** Returns the logger of the requests with `--verbose`. */
async function readLogger({ verbose = false }: Partial<GlobalFlags>) {
  if (!verbose) return {};
  const { requestLogger: logger } = await import('./request-logger.ts');
  return { logger };
}

/** Sets the exit code and prints the error: as a JSON document to stdout with `--json`, else as text to stderr. */
export function reportError(error: unknown, argv: readonly string[], command?: string): void {
  const { message, hint, exit } = describeError(error, command);
  process.exitCode = exit;
  if (argv.includes('--json')) {
    process.stdout.write(errorDocument(error, command));
    return;
  }
  process.stderr.write(`${formatError(message)}\n`);
  for (const text of hint) process.stderr.write(`  ${dim(text)}\n`);
  const isVerbose = argv.includes('--verbose') || process.env['ORDERS_DEBUG'];
  if (exit === 1 && error instanceof Error && isVerbose) {
    process.stderr.write(`${error.stack}\n`);
  }
}

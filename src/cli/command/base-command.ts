import { Command, Flags, type Interfaces } from '@oclif/core';
import type { Notify } from '../../deploy/ensure.ts';
import type { Choice } from '../../environment/choose-environment.ts';
import type { ResolveOptions } from '../../environment/resolve-target.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { parseDuration } from '../terminal/format-time.ts';
import { chooseUi, dim, mark, type Ui, type UiMode, uiModes } from '../terminal/terminal.ts';
import { describeError, errorDocument, exitOfOclif, type Meta, okDocument } from './json-output.ts';

/** Flags of every command that works on an environment. */
export const globalFlags = {
  env: Flags.string({
    char: 'e',
    env: 'ORDERS_ENV',
    description: 'environment to work on',
    helpGroup: 'GLOBAL',
  }),
  region: Flags.string({ env: 'ORDERS_REGION', description: 'AWS region', helpGroup: 'GLOBAL' }),
  stack: Flags.string({
    env: 'ORDERS_STACK',
    description: 'CloudFormation stack',
    helpGroup: 'GLOBAL',
  }),
  profile: Flags.string({ env: 'ORDERS_PROFILE', description: 'AWS profile', helpGroup: 'GLOBAL' }),
  json: Flags.boolean({ description: 'answer in JSON on stdout', helpGroup: 'GLOBAL' }),
  ui: Flags.option({ options: uiModes, default: 'auto' as UiMode })({
    env: 'ORDERS_UI',
    description: 'how to show what goes on',
    helpGroup: 'GLOBAL',
  }),
  'no-input': Flags.boolean({ description: 'never ask; fail instead', helpGroup: 'GLOBAL' }),
};

/** A flag that takes a duration: milliseconds. */
export const durationFlag = Flags.custom<number>({
  parse: async (text) => parseDuration(text),
  helpValue: '<duration>',
});

/** `--timeout`, for commands that wait. */
export const timeoutFlag = Flags.custom<number>({
  parse: async (text) => parseDuration(text),
  helpValue: '<duration>',
  description: 'stop looking after this long (exit 124); what runs goes on',
});

export type GlobalFlags = Interfaces.InferredFlags<typeof globalFlags>;

/**
 * What every command has in common: its target, how it speaks, and how it fails. What only a command that gets as far
 * needs is loaded there: help and a usage error must be quick.
 */
export abstract class BaseCommand extends Command {
  static override baseFlags = globalFlags;
  #target: Target | undefined;

  /** The target that the flags mean. Starts the local runtime when that is the one, unless told how else to find it. */
  protected async target(
    flags: GlobalFlags & Choice,
    how: Pick<ResolveOptions, 'ensureRuntime' | 'manner'> = {},
  ): Promise<Target> {
    const { resolveTarget } = await import('../../environment/resolve-target.ts');
    const options = { cwd: process.cwd(), variables: process.env, ...how };
    this.#target = await resolveTarget(flags, options);
    if (!flags.json) for (const warning of this.#target.warnings) this.note(warning);
    return this.#target;
  }

  /** Runs `use` with the outputs of the target's stack. */
  protected async withStack<T>(
    target: Target,
    use: (outputs: StackOutputs) => Promise<T>,
  ): Promise<T> {
    const { withStack } = await import('../../deploy/ensure.ts');
    const notify: Notify = (line) => process.stderr.write(`${line}\n`);
    return withStack(target, notify, use);
  }

  /** Names the functions that were changed and not built: what runs is older than what the person reads. */
  protected async noteStale(target: Target): Promise<void> {
    const { staleBundles } = await import('../../deploy/staleness.ts');
    const stale = staleBundles(target.root);
    if (stale.length === 0) return;
    this.note(
      `${stale.join(' and ')} changed after the last build: npm run build && orders deploy`,
    );
  }

  /** How to show what goes on, on the stream that it is shown on. */
  protected ui(flags: GlobalFlags, stream: NodeJS.WriteStream): Ui {
    return chooseUi(flags.ui, stream, process.env);
  }

  /** Writes data. */
  protected out(text: string): void {
    process.stdout.write(text);
  }

  /** The one document of a command that answers once; `more` is said about the data beside it. */
  protected document(data: unknown, more: Omit<Meta, 'env' | 'region'> = {}): void {
    const { name, region } = this.#target?.environment ?? {};
    const meta = { ...(name ? { env: name } : {}), ...(region ? { region } : {}), ...more };
    this.out(okDocument({ data, warnings: this.#target?.warnings ?? [], meta }));
  }

  /** Tells the person something that is not data. */
  protected note(text: string): void {
    process.stderr.write(`${mark('note')} ${text}\n`);
  }

  /** Names the next command. */
  protected hint(text: string): void {
    process.stderr.write(`  ${dim(text)}\n`);
  }

  /** Says what is wrong and what fixes it. Never ends the process: output may still be on its way. */
  protected override async catch(error: Error): Promise<void> {
    if (exitOfOclif(error) === 0) throw error;
    if (!this.#target) return reportError(await this.#explained(error), this.argv, this.id);
    const { translate } = await import('../../aws/errors.ts');
    const { withHintsFor } = await import('./hints.ts');
    reportError(withHintsFor(this.#target, translate(error, this.#target)), this.argv);
  }

  /** Says what a flag that does not exist may have been meant to be, and what the parser leaves unsaid. */
  async #explained(error: Error): Promise<Error> {
    const help = ['orders', ...(this.id ?? '').split(':'), '--help'].join(' ');
    // oclif marks what its flags refuse as usage, and not what its arguments do.
    if (/^Expected an integer/.test(error.message)) {
      return new UserError(`${error.message}.`, { hint: help });
    }
    const [, flag] = /^Nonexistent flags?: --(\S+)$/m.exec(error.message) ?? [];
    if (flag === undefined) return error;
    const { nearest } = await import('./did-you-mean.ts');
    const { flags, baseFlags } = this.ctor;
    const meant = nearest(flag, Object.keys({ ...baseFlags, ...flags }));
    return new UserError(`There is no flag --${flag}.`, {
      hint: [...(meant ? [`did you mean: --${meant}`] : []), help],
      code: 'Usage',
    });
  }
}

/** Reports an error on the stream that fits and sets the exit code. */
export function reportError(error: unknown, argv: readonly string[], command?: string): void {
  const { message, hint, exit } = describeError(error, command);
  process.exitCode = exit;
  if (argv.includes('--json')) {
    process.stdout.write(errorDocument(error, command));
    return;
  }
  process.stderr.write(`${mark('failed')} ${message}\n`);
  for (const each of hint) process.stderr.write(`  ${dim(each)}\n`);
  if (exit === 1 && error instanceof Error && process.env['ORDERS_DEBUG']) {
    process.stderr.write(`${error.stack}\n`);
  }
}

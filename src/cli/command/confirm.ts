/** Asks the user for confirmation before a command changes something. */
import { createInterface } from 'node:readline/promises';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { removeControls, trustedStream } from '../terminal/output-guard.ts';

export interface ConfirmationFlags {
  readonly confirm: string | undefined;
  readonly 'no-input': boolean;
}

/**
 * Returns if the environment is not protected or its name is given, by flag or at the prompt. Throws UserError (exit 4)
 * otherwise.
 */
export async function confirmProtected(target: Target, flags: ConfirmationFlags): Promise<void> {
  const { name, protected: isProtected = false } = target.environment;
  if (!isProtected) return;
  const message = `"${name}" is protected.`;
  if (isConfirmedByName(target, flags, { message, hint: `--confirm ${name}` })) return;
  await confirmByName(target, `"${name}" is protected. Type its name to continue: `);
}

/** Returns whether the command may prompt the user. */
export function isInteractive({
  'no-input': noInput,
}: Pick<ConfirmationFlags, 'no-input'>): boolean {
  return process.stdin.isTTY && process.stderr.isTTY && !noInput;
}

/**
 * Returns whether `--confirm` gives the name of the environment, or false if the user can be prompted for it. Throws UserError
 * (exit 4) if neither is the case.
 */
export function isConfirmedByName(
  target: Target,
  flags: ConfirmationFlags,
  { message, hint }: { readonly message: string; readonly hint: string | readonly string[] },
): boolean {
  const { name } = target.environment;
  if (flags.confirm === name) return true;
  if (isInteractive(flags) && flags.confirm === undefined) return false;
  throw new UserError(message, { hint, exit: 4, code: 'NeedsConfirmation' });
}

/** Prompts for the name of the environment. Throws UserError (exit 4) if the user types another name. */
export async function confirmByName(target: Target, question: string): Promise<void> {
  if ((await ask(question)) === target.environment.name) return;
  throw new UserError('The name does not match. Nothing was changed.', {
    exit: 4,
    code: 'NeedsConfirmation',
  });
}

/** Returns the user's reply without surrounding spaces. Throws UserError after Ctrl-C (exit 130) or Ctrl-D (exit 4). */
export async function ask(question: string): Promise<string> {
  const prompt = createInterface({
    input: process.stdin,
    output: trustedStream(process.stderr),
  });
  try {
    return await new Promise<string>((resolve, reject) => {
      const refuse = (exit: 4 | 130) => {
        process.stderr.write('\n');
        reject(new UserError('Nothing was changed.', { exit, code: 'NotConfirmed' }));
      };
      const onClose = () => refuse(4);
      prompt.once('SIGINT', () => {
        prompt.off('close', onClose);
        refuse(130);
      });
      prompt.once('close', onClose);
      prompt.question(removeControls(question)).then((answer) => {
        prompt.off('close', onClose);
        resolve(answer.trim());
      }, reject);
    });
  } finally {
    prompt.close();
  }
}

/**
 * Confirms a change such as `Repair order-1` with `--yes` or a prompt. A protected environment requires its name instead.
 * Throws UserError (exit 4) without confirmation.
 */
export async function confirmChange(
  target: Target,
  flags: ConfirmationFlags & { readonly yes: boolean },
  change: string,
): Promise<void> {
  if (target.environment.protected) return confirmProtected(target, flags);
  if (flags.yes) return;
  const question = `${change} in ${target.label}?`;
  await confirmYes(flags, {
    question,
    nonInteractiveMessage: `Confirmation required: ${question}`,
  });
}

export interface YesQuestion {
  /** Text of the prompt, without `[y/N]`. */
  readonly question: string;
  /** Error message if the user cannot be prompted. */
  readonly nonInteractiveMessage: string;
  /** Hint of that error: the flag that confirms. */
  readonly hint?: string | readonly string[];
  /** Error message if the user declines. */
  readonly refusedMessage?: string;
}

/** Returns if the user confirms at the prompt. Throws UserError (exit 4) if the user declines or cannot be prompted. */
export async function confirmYes(
  flags: Pick<ConfirmationFlags, 'no-input'>,
  {
    question,
    nonInteractiveMessage,
    hint = '--yes',
    refusedMessage = 'Nothing was changed.',
  }: YesQuestion,
): Promise<void> {
  if (!isInteractive(flags)) {
    throw new UserError(nonInteractiveMessage, { hint, exit: 4, code: 'NeedsConfirmation' });
  }
  if (/^y(es)?$/i.test(await ask(`${question} [y/N] `))) return;
  throw new UserError(refusedMessage, { exit: 4, code: 'NotConfirmed' });
}

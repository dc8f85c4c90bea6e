/** Questions to a person before something is changed. */
import { createInterface } from 'node:readline/promises';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';

export interface Answers {
  readonly confirm: string | undefined;
  readonly 'no-input': boolean;
}

/** Lets a change of a protected environment through only when its name is given: by flag, or by a person. */
export async function confirmProtected(target: Target, answers: Answers): Promise<void> {
  const { name, protected: isProtected = false } = target.environment;
  if (!isProtected) return;
  const what = `${name} is protected: changing it takes its name.`;
  if (isNamed(target, answers, { what, hint: `--confirm ${name}` })) return;
  await typeName(target, `${name} is protected. Type its name to go on: `);
}

/** Whether there is somebody to ask. */
export function canAsk({ 'no-input': noInput }: Pick<Answers, 'no-input'>): boolean {
  return process.stdin.isTTY && process.stderr.isTTY && !noInput;
}

/** Whether the environment was named by flag; false when a person is to be asked. Throws where there is none. */
export function isNamed(
  target: Target,
  answers: Answers,
  { what, hint }: { readonly what: string; readonly hint: string | readonly string[] },
): boolean {
  const { name } = target.environment;
  if (answers.confirm === name) return true;
  if (canAsk(answers) && answers.confirm === undefined) return false;
  throw new UserError(what, { hint, exit: 4, code: 'NeedsConfirmation' });
}

/** Asks for the environment's name; throws when the answer is another. */
export async function typeName(target: Target, question: string): Promise<void> {
  if ((await ask(question)) === target.environment.name) return;
  throw new UserError('That is not its name; nothing was changed.', {
    exit: 4,
    code: 'NeedsConfirmation',
  });
}

/** A person's answer on the terminal, without spaces around it. Throws when it is refused: Ctrl-C, Ctrl-D. */
export async function ask(question: string): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
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
      prompt.question(question).then((answer) => {
        prompt.off('close', onClose);
        resolve(answer.trim());
      }, reject);
    });
  } finally {
    prompt.close();
  }
}

/** Lets a change through with `--yes` or after a yes; a protected environment takes its name. */
export async function confirmChange(
  target: Target,
  answers: Answers & { readonly yes: boolean },
  what: string,
): Promise<void> {
  if (target.environment.protected) return confirmProtected(target, answers);
  if (answers.yes) return;
  const question = `${what} in ${target.label}?`;
  await askYes(answers, { question, otherwise: `${question} That takes a yes.` });
}

/** What is asked when a yes is needed. */
export interface YesQuestion {
  /** Without the `[y/N]`. */
  readonly question: string;
  /** Said where nobody can be asked, with `hint`: the flag that answers. */
  readonly otherwise: string;
  readonly hint?: string | readonly string[];
  /** Said after a no. */
  readonly refused?: string;
}

/** Returns after a yes on the terminal; throws (exit 4) after a no, and where nobody can be asked. */
export async function askYes(
  answers: Pick<Answers, 'no-input'>,
  { question, otherwise, hint = '--yes', refused = 'Nothing was changed.' }: YesQuestion,
): Promise<void> {
  if (!canAsk(answers)) {
    throw new UserError(otherwise, { hint, exit: 4, code: 'NeedsConfirmation' });
  }
  if (/^y(es)?$/i.test(await ask(`${question} [y/N] `))) return;
  throw new UserError(refused, { exit: 4, code: 'NotConfirmed' });
}

import { createInterface } from 'node:readline/promises';
import type { Target } from '../target/resolve.ts';
import { UserError } from '../user-error.ts';

interface Answers {
  readonly confirm: string | undefined;
  readonly 'no-input': boolean;
}

/** Lets a change of a protected environment through only when its name is given: by flag, or by a person. */
export async function confirmProtected(target: Target, answers: Answers): Promise<void> {
  const { name, protected: isProtected = false } = target.environment;
  if (!isProtected || answers.confirm === name) return;
  const canAsk = process.stdin.isTTY && process.stderr.isTTY && !answers['no-input'];
  if (!canAsk || answers.confirm !== undefined) {
    throw new UserError(`${name} is protected: changing it takes its name.`, {
      hint: `--confirm ${name}`,
      exit: 4,
      code: 'Protected',
    });
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    if ((await prompt.question(`${name} is protected. Type its name to go on: `)) === name) return;
  } finally {
    prompt.close();
  }
  throw new UserError('That is not its name; nothing was changed.', { exit: 4, code: 'Protected' });
}

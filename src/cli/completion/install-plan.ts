/** Where the completion of a shell is installed, and the lines that its start file needs. */
import { join } from 'node:path';
import { UserError } from '../../user-error.ts';
import { type Shell, shells } from './scripts.ts';

type Variables = Readonly<Record<string, string | undefined>>;

export interface InstallPlan {
  /** File of the completion script. */
  readonly script: string;
  /** Start file of the shell and the text to add to it; absent if the shell finds the script by itself. */
  readonly start?: { readonly file: string; readonly text: string };
}

/** Returns the user's shell from `SHELL`. Throws a UserError if it is not one of those that are supported. */
export function findShell(variables: Variables): Shell {
  const name = (variables['SHELL'] ?? '').split('/').at(-1);
  const shell = shells.find((known) => known === name);
  if (shell) return shell;
  throw new UserError(
    name ? `There is no completion for the shell ${name}.` : 'The variable SHELL is not set.',
    { hint: shells.map((known) => `orders completion install ${known}`) },
  );
}

/** Returns where the completion of a shell belongs. Throws a UserError without a home folder. */
export function planInstallation(shell: Shell, variables: Variables): InstallPlan {
  const home = variables['HOME'];
  if (!home) {
    throw new UserError('The variable HOME is not set.', { hint: `orders completion ${shell}` });
  }
  if (shell === 'fish') {
    const config = variables['XDG_CONFIG_HOME'] || join(home, '.config');
    return { script: join(config, 'fish/completions/orders.fish') };
  }
  const data = variables['XDG_DATA_HOME'] || join(home, '.local/share');
  const script = join(data, 'orders', `completion.${shell}`);
  const source = `[ -r ${quote(script)} ] && . ${quote(script)}`;
  if (shell === 'bash') {
    return { script, start: { file: join(home, '.bashrc'), text: `${title}\n${source}\n` } };
  }
  // compdef exists only after compinit.
  const prepare = '(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }';
  const file = join(variables['ZDOTDIR'] || home, '.zshrc');
  return { script, start: { file, text: `${title}\n${prepare}\n${source}\n` } };
}

const title = '# Completion of orders (orders completion install)';

const quote = (path: string) =>
  /^[\w/.@+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;

/** Returns the new text of a start file, or undefined if it already contains the lines. */
export function addStartLines(current: string, text: string): string | undefined {
  if (current.includes(text)) return undefined;
  const separator = current === '' || current.endsWith('\n') ? '' : '\n';
  return `${current}${separator}${current === '' ? '' : '\n'}${text}`;
}

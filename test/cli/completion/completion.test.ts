import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { program } from '../../../src/cli/completion/completer.ts';
import {
  type CommandTable,
  completionTable,
  valuesByName,
} from '../../../src/cli/completion/completion-table.ts';
import { completionScript, type Shell, shells } from '../../../src/cli/completion/scripts.ts';

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const commands: CommandTable = read('dist/commands.json');
const topics = read('package.json').oclif.topics;
const table = completionTable(commands, topics);

let home: string;
/** Spaces are in the way of those who forget to quote. */
let project: string;

const config = {
  defaultEnvironment: 'dev',
  environments: {
    dev: { region: 'eu-west-1', parameters: { 'environments": {': 'x' } },
    prod: { region: 'us-east-2', stack: 'orders: "prod"' },
  },
};
const ids = {
  'dev.ids': ['order-older00001 arn:aws:lambda:x', 'order-7f3abcdefg', 'web-5512'],
  'dev.seen': ['order-seen000001', 'order-7f3abcdefg'],
  'local.ids': ['order-here000001'],
};

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'orders-completion-'));
  project = join(home, 'my projects', 'shop');
  mkdirSync(join(project, '.orders/cache'), { recursive: true });
  mkdirSync(join(project, 'sub folder'));
  writeFileSync(join(project, 'orders.config.json'), JSON.stringify(config, null, 2));
  writeFileSync(join(project, 'sub folder', 'my order.json'), '{}');
  for (const [file, lines] of Object.entries(ids)) {
    const text = lines.map((line) => `2026-11-25T20:00:00.000Z ${line}\n`).join('');
    writeFileSync(join(project, '.orders/cache', file), text);
  }
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** What the program offers for a command line, up to its end. */
function offered(line: string, variables: Record<string, string> = {}): string[] {
  const words = line.split(' ').slice(1);
  const answer = execFileSync('awk', [program, project, ...words], {
    input: `${table.join('\n')}\n`,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: home, ...variables },
  });
  return answer.split('\n').flatMap((each) => each.split('\t')[0] || []);
}

describe('what is offered', () => {
  it('is every command and topic of the command table, with those below them', () => {
    const paths = Object.keys(commands).map((id) => id.split(':'));
    const first = [...new Set(paths.map(([each = '']) => each))].sort();
    expect(offered('orders ').sort()).toEqual(first);
    for (const topic of new Set(paths.flatMap((path) => (path.length > 1 ? path[0] : [])))) {
      const below = paths.flatMap(([each, name]) => (each === topic && name ? [name] : []));
      if (topic !== 'help') expect(offered(`orders ${topic} `)).toEqual(below);
    }
  });

  it('is every flag of every command, and each value that a flag or argument can have', () => {
    for (const [id, { flags, args }] of Object.entries(commands)) {
      const command = `orders ${id.replaceAll(':', ' ')}`;
      const names = Object.values(flags).flatMap(({ name, allowNo }) =>
        allowNo ? [`--${name}`, `--no-${name}`] : [`--${name}`],
      );
      expect(offered(`${command} -`)).toEqual([...names, '--help']);
      for (const { name, options } of Object.values(flags)) {
        if (options) expect(offered(`${command} --${name} `)).toEqual(options);
      }
      const [first] = Object.values(args);
      if (first?.options) expect(offered(`${command} `)).toEqual(first.options);
    }
  });

  it('leaves no argument out, and knows no name that no command has', () => {
    const inputs = Object.values(commands).flatMap(({ flags, args }) => [
      ...Object.keys(flags),
      ...Object.keys(args),
    ]);
    expect(inputs).toEqual(expect.arrayContaining(Object.keys(valuesByName)));
    const free = ['available', 'duration', 'product', 'version'];
    const args = Object.values(commands).flatMap((command) => Object.values(command.args));
    const unknown = args.filter(({ name, options }) => !options && !valuesByName[name]);
    expect(unknown.map(({ name }) => name).filter((name) => !free.includes(name))).toEqual([]);
  });

  it('is the environments of the project, and the orders of the one that is meant, newest first', () => {
    const dev = ['web-5512', 'order-7f3abcdefg', 'order-older00001', 'order-seen000001'];
    expect(offered('orders get -e ')).toEqual(['local', 'dev', 'prod']);
    expect(offered('orders get --env=p')).toEqual(['--env=prod']);
    expect(offered('orders env use ')).toEqual(['local', 'dev', 'prod']);
    expect(offered('orders get ')).toEqual(['latest', ...dev]);
    for (const line of ['-e local ', '--env local ', '--env=local ', '-elocal ']) {
      expect(offered(`orders get ${line}`)).toEqual(['latest', 'order-here000001']);
    }
    const here = offered('orders get order-', { ORDERS_ENV: 'local' });
    expect(here).toEqual(['order-here000001']);
    expect(offered('orders get -e nowhere ')).toEqual(['latest']);
    expect(offered('orders get -e ../cache/dev ')).toEqual(['latest']);
  });

  it('is an order also by its beginning without order-, and none that is there already', () => {
    expect(offered('orders watch 7f3')).toEqual(['order-7f3abcdefg']);
    expect(offered('orders watch order-7f3abcdefg order-')).toEqual([
      'order-older00001',
      'order-seen000001',
    ]);
    expect(offered('orders get web-5512 w')).toEqual([]);
  });

  it('knows values with commas, samples, stages, profiles and files', () => {
    expect(offered('orders list --status completed,fa')).toEqual(['completed,failed']);
    expect(offered('orders load-test --mix low=70,dam')).toEqual(['low=70,damaged=', ':nospace']);
    expect(offered('orders submit --sample hi')).toEqual(['high']);
    expect(offered('orders logs --step ship')).toEqual(['ship-order']);
    expect(offered('orders submit ')).toEqual([':files']);
    mkdirSync(join(home, '.aws'));
    writeFileSync(join(home, '.aws/config'), '[default]\n[profile dev-admin]\n[sso-session s]\n');
    expect(offered('orders get --profile ')).toEqual(['default', 'dev-admin']);
  });

  it('offers a flag once, unless it can be repeated, and none after --', () => {
    expect(offered('orders list --json --j')).toEqual([]);
    expect(offered('orders submit --item a:1:2 --it')).toEqual(['--item']);
    expect(offered('orders watch -- --')).toEqual([]);
  });

  it('helps with every command and topic of help', () => {
    expect(offered('orders help li')).toEqual(['list']);
    expect(offered('orders help exit')).toEqual(['exit-codes']);
    expect(offered('orders help local st')).toEqual(['start', 'status', 'stop']);
  });
});

it('prints the script of a shell it knows, and names those where it does not', () => {
  const print = (...argv: string[]) =>
    spawnSync('bin/orders', ['completion', ...argv], { encoding: 'utf8' });
  const printed = print('bash');
  expect([printed.status, printed.stderr]).toEqual([0, '']);
  expect(printed.stdout).toBe(completionScript('bash', { table, home: process.cwd() }));
  const refused = print('tcsh');
  expect([refused.status, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toMatch(/bash, zsh, fish/);
});

/** A shell at a terminal with the completion installed as its help says, and programs that only say that they were run. */
function aShell(shell: Shell) {
  const folder = join(home, `${shell} home`);
  const bin = join(folder, 'bin');
  const script = completionScript(shell, { table, home: project });
  const [path, rc, startup] = {
    bash: ['_orders', 'rc', `PS1='> '; source '${folder}/_orders'\n`],
    zsh: [
      '_orders',
      '.zshrc',
      `PS1='> '; fpath=('${folder}' $fpath)\nautoload -U compinit; compinit -u\n`,
    ],
    fish: [
      'fish/completions/orders.fish',
      'fish/config.fish',
      'function fish_prompt; echo "> "; end\n',
    ],
  }[shell] as [string, string, string];
  const argv = {
    bash: ['--noprofile', '--rcfile', join(folder, 'rc'), '-i'],
    zsh: ['-i'],
    fish: ['-i'],
  };
  const write = (name: string, text: string) => {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  write(path, script);
  write(rc, startup);
  for (const name of ['node', 'orders']) {
    write(
      `bin/${name}`,
      `#!/bin/sh\necho ${name} >>'${folder}/ran'\nprintf 'GOT'\nprintf ' <%s>' "$@"\necho .\n`,
    );
    chmodSync(join(bin, name), 0o755);
  }
  const terminal = spawn(shell, argv[shell], {
    cwd: join(project, 'sub folder'),
    cols: 120,
    rows: 40,
    env: {
      PATH: `${bin}:${process.env['PATH']}`,
      HOME: folder,
      ZDOTDIR: folder,
      XDG_CONFIG_HOME: folder,
      XDG_DATA_HOME: folder,
      TERM: 'xterm',
      LANG: 'C.UTF-8',
    },
  });
  let seen = '';
  let look = () => {};
  terminal.onData((text) => {
    seen += text;
    look();
  });
  /** Where what was not waited for yet begins. */
  let from = 0;
  const until = (what: RegExp) =>
    new Promise<string>((resolve) => {
      look = () => {
        const found = what.exec(seen.slice(from));
        if (!found) return;
        look = () => {};
        from += found.index + found[0].length;
        resolve(found[1] ?? '');
      };
      look();
    });
  return {
    /** Types keys and Enter at the prompt; answers the words that the command was run with. */
    async type(keys: string): Promise<string> {
      await until(/> /);
      terminal.write(`${keys}\r`);
      return until(/GOT (.*)\.\r?\n/);
    },
    ran: () => (existsSync(join(folder, 'ran')) ? readFileSync(join(folder, 'ran'), 'utf8') : ''),
    close: () => terminal.kill('SIGKILL'),
  };
}

function isInstalled(shell: Shell): boolean {
  const is = spawnSync(shell, ['-c', 'exit 0']).status === 0;
  if (!is) process.stderr.write(`${shell} is not installed: its completion is not tested\n`);
  return is;
}

describe.each(shells)('%s', (shell) => {
  it.skipIf(!isInstalled(shell))(
    'completes at the Tab key and starts no node for it',
    async () => {
      const at = aShell(shell);
      try {
        expect(await at.type('orders docto\t')).toBe('<doctor>');
        expect(await at.type('orders local statu\t--chec\t')).toBe('<local> <status> <--check>');
        expect(await at.type('orders get -e pro\t')).toBe('<get> <-e> <prod>');
        expect(await at.type('orders get order-7f\t')).toBe('<get> <order-7f3abcdefg>');
        expect(await at.type('orders get 7f3a\t')).toBe('<get> <order-7f3abcdefg>');
        expect(await at.type('orders get -e local order-\t')).toBe(
          '<get> <-e> <local> <order-here000001>',
        );
        expect(await at.type('orders list --ui=pl\t')).toBe('<list> <--ui=plain>');
        expect(await at.type('orders list --status completed,fai\t')).toBe(
          '<list> <--status> <completed,failed>',
        );
        expect(await at.type('orders submit my\t')).toBe('<submit> <my order.json>');
        expect(await at.type('orders load-test --mix dam\t5')).toBe(
          '<load-test> <--mix> <damaged=5>',
        );
        expect(at.ran().trimEnd().split('\n')).toEqual(Array.from({ length: 10 }, () => 'orders'));
        await at.type('node x');
        expect(at.ran()).toContain('node');
      } finally {
        at.close();
      }
    },
    20_000,
  );
});

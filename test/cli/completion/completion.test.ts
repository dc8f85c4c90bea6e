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

import {
  buildCompletionTable,
  type CommandTable,
  valuesByName,
} from '../../../src/cli/completion/completion-table.ts';
import { buildCompletionScript, type Shell, shells } from '../../../src/cli/completion/scripts.ts';
import { full } from '../../support/full.ts';

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const commands: CommandTable = read('dist/commands.json');
const topics = read('package.json').oclif.topics;
const completer = readFileSync('dist/completer.awk', 'utf8');
const table = buildCompletionTable(commands, topics);

let home: string;
/** The path contains spaces, to test the quoting. */
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

/** Returns the candidates for the last word of a command line. */
function complete(line: string, variables: Record<string, string> = {}): string[] {
  const words = line.split(' ').slice(1);
  const output = execFileSync('awk', [completer, project, ...words], {
    input: `${table.join('\n')}\n`,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: home, ...variables },
  });
  return output.split('\n').flatMap((candidate) => candidate.split('\t')[0] || []);
}

describe('the completer', () => {
  it('offers every command, every topic and the commands of each topic', () => {
    const paths = Object.keys(commands).map((id) => id.split(':'));
    const first = [...new Set(paths.map(([word = '']) => word))].sort();
    expect(complete('orders ').sort()).toEqual(first);
    for (const topic of new Set(paths.flatMap((path) => (path.length > 1 ? path[0] : [])))) {
      const subcommands = paths.flatMap(([word, name]) => (word === topic && name ? [name] : []));
      const options = Object.values(commands[topic ?? '']?.args ?? {}).flatMap(
        (arg) => arg.options ?? [],
      );
      if (topic !== 'help') {
        expect(complete(`orders ${topic} `)).toEqual([...subcommands, ...options]);
      }
    }
  });

  it('offers every flag of a command, and every option of its flags and arguments', () => {
    // The short form runs the completer for every fourth command: its table has the same form for all.
    const tested = Object.entries(commands).filter((_, index) => full || index % 4 === 0);
    for (const [id, { flags, args }] of tested) {
      const command = `orders ${id.replaceAll(':', ' ')}`;
      const names = Object.values(flags).flatMap(({ name, allowNo }) =>
        allowNo ? [`--${name}`, `--no-${name}`] : [`--${name}`],
      );
      expect(complete(`${command} -`)).toEqual([...names, '--help']);
      for (const { name, options } of Object.values(flags)) {
        if (options) expect(complete(`${command} --${name} `)).toEqual(options);
      }
      const [first] = Object.values(args);
      if (first?.options) {
        expect(complete(`${command} `)).toEqual(expect.arrayContaining([...first.options]));
      }
    }
  });

  it('has values for every argument, and none for a name that no command uses', () => {
    const inputs = Object.values(commands).flatMap(({ flags, args }) => [
      ...Object.keys(flags),
      ...Object.keys(args),
    ]);
    expect(inputs).toEqual(expect.arrayContaining(Object.keys(valuesByName)));
    const free = ['available', 'duration', 'to', 'version'];
    const args = Object.values(commands).flatMap((command) => Object.values(command.args));
    const unknown = args.filter(({ name, options }) => !options && !valuesByName[name]);
    expect(unknown.map(({ name }) => name).filter((name) => !free.includes(name))).toEqual([]);
  });

  it("offers the project's environments, and the orders of the chosen environment, newest first", () => {
    const dev = ['web-5512', 'order-7f3abcdefg', 'order-older00001', 'order-seen000001'];
    expect(complete('orders get -e ')).toEqual(['local', 'dev', 'prod']);
    expect(complete('orders get --env=p')).toEqual(['--env=prod']);
    expect(complete('orders env use ')).toEqual(['local', 'dev', 'prod']);
    expect(complete('orders get ')).toEqual(['latest', ...dev]);
    for (const line of ['-e local ', '--env local ', '--env=local ', '-elocal ']) {
      expect(complete(`orders get ${line}`)).toEqual(['latest', 'order-here000001']);
    }
    const here = complete('orders get order-', { ORDERS_ENV: 'local' });
    expect(here).toEqual(['order-here000001']);
    expect(complete('orders get -e nowhere ')).toEqual(['latest']);
    expect(complete('orders load-test compare la')).toEqual(['latest']);
    expect(complete('orders load-test compare @-2 @')).toContain('@-3');
    expect(complete('orders get -e ../cache/dev ')).toEqual(['latest']);
  });

  it('completes an id prefix without order-, and offers no id twice', () => {
    expect(complete('orders watch 7f3')).toEqual(['order-7f3abcdefg']);
    expect(complete('orders watch order-7f3abcdefg order-')).toEqual([
      'order-older00001',
      'order-seen000001',
    ]);
    expect(complete('orders get web-5512 w')).toEqual([]);
  });

  it('offers comma-separated values, samples, stages, profiles and files', () => {
    expect(complete('orders list --status completed,fa')).toEqual(['completed,failed']);
    expect(complete('orders load-test --mix low=70,dam')).toEqual(['low=70,damaged=', ':nospace']);
    expect(complete('orders submit --sample hi')).toEqual(['high']);
    expect(complete('orders logs --step ship')).toEqual(['ship-order']);
    expect(complete('orders submit ')).toEqual([':files']);
    mkdirSync(join(home, '.aws'));
    writeFileSync(join(home, '.aws/config'), '[default]\n[profile dev-admin]\n[sso-session s]\n');
    expect(complete('orders get --profile ')).toEqual(['default', 'dev-admin']);
  });

  it('offers products, columns, positions of orders, and the parameters of the template', () => {
    expect(complete('orders inventory set B')).toEqual(['BOOK-001']);
    expect(complete('orders list --columns order,cus')).toEqual(['order,customer']);
    expect(complete('orders list --sort tot')).toEqual(['total', 'total:desc']);
    expect(complete('orders get @')).toEqual([2, 3, 4, 5, 6, 7, 8, 9].map((n) => `@-${n}`));
    expect(complete('orders get @-4')).toEqual(['@-4']);
    const parameters = 'Parameters:\n  Size:\n    Type: Number\n  Mode:\n    Type: String\n';
    writeFileSync(join(project, 'template.yaml'), `${parameters}Resources:\n  Other:\n`);
    expect(complete('orders deploy --parameter ')).toEqual(['Size=', 'Mode=', ':nospace']);
    expect(complete('orders deploy --parameter=M')).toEqual(['--parameter=Mode=', ':nospace']);
    rmSync(join(project, 'template.yaml'));
    expect(complete('orders deploy --parameter ')).toEqual([':nospace']);
  });

  it('offers a used flag again only if it is repeatable, and no flag after --', () => {
    expect(complete('orders list --json --j')).toEqual([]);
    expect(complete('orders submit --item a:1:2 --it')).toEqual(['--item']);
    expect(complete('orders watch -- --')).toEqual([]);
  });

  it('completes the commands and topics after help', () => {
    expect(complete('orders help li')).toEqual(['list']);
    expect(complete('orders help exit')).toEqual(['exit-codes']);
    expect(complete('orders help local st')).toEqual(['start', 'status', 'stop']);
  });
});

it('prints the script of a shell, and lists the supported shells for an unknown one', () => {
  const print = (...argv: string[]) =>
    spawnSync('bin/orders', ['completion', ...argv], { encoding: 'utf8' });
  const bash = print('bash');
  expect([bash.status, bash.stderr]).toEqual([0, '']);
  const script = buildCompletionScript('bash', { table, completer });
  expect(bash.stdout).toBe(script);
  const unknown = print('tcsh');
  expect([unknown.status, unknown.stdout]).toEqual([2, '']);
  expect(unknown.stderr).toMatch(/bash, zsh, fish/);
});

/**
 * Starts a shell in a terminal, with the completion installed as the help describes. `orders` and `node` are programs that
 * only record that they were run.
 */
function startShell(shell: Shell) {
  const folder = join(home, `${shell} home`);
  const bin = join(folder, 'bin');
  const script = buildCompletionScript(shell, { table, completer });
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
  let output = '';
  let onOutput = () => {};
  terminal.onData((text) => {
    output += text;
    onOutput();
  });
  /** End of the last match in the output. */
  let offset = 0;
  const waitFor = (pattern: RegExp) =>
    new Promise<string>((resolve) => {
      onOutput = () => {
        const match = pattern.exec(output.slice(offset));
        if (!match) return;
        onOutput = () => {};
        offset += match.index + match[0].length;
        resolve(match[1] ?? '');
      };
      onOutput();
    });
  return {
    /** Types keys and Enter at the prompt. Returns the arguments with which the command ran. */
    async type(keys: string): Promise<string> {
      await waitFor(/> /);
      terminal.write(`${keys}\r`);
      return waitFor(/GOT (.*)\.\r?\n/);
    },
    /** Returns the names of the programs that ran. */
    ran: () => (existsSync(join(folder, 'ran')) ? readFileSync(join(folder, 'ran'), 'utf8') : ''),
    close: () => terminal.kill('SIGKILL'),
  };
}

function isInstalled(shell: Shell): boolean {
  const installed = spawnSync(shell, ['-c', 'exit 0']).status === 0;
  if (!installed) process.stderr.write(`${shell} is not installed: its completion is not tested\n`);
  return installed;
}

describe.each(shells)('%s', (shell) => {
  it.skipIf(!isInstalled(shell))(
    'completes at the Tab key without starting Node',
    async () => {
      const terminal = startShell(shell);
      try {
        expect(await terminal.type('orders docto\t')).toBe('<doctor>');
        expect(await terminal.type('orders local statu\t--chec\t')).toBe(
          '<local> <status> <--check>',
        );
        expect(await terminal.type('orders get -e pro\t')).toBe('<get> <-e> <prod>');
        expect(await terminal.type('orders get order-7f\t')).toBe('<get> <order-7f3abcdefg>');
        expect(await terminal.type('orders get 7f3a\t')).toBe('<get> <order-7f3abcdefg>');
        expect(await terminal.type('orders get -e local order-\t')).toBe(
          '<get> <-e> <local> <order-here000001>',
        );
        expect(await terminal.type('orders list --ui=pl\t')).toBe('<list> <--ui=plain>');
        expect(await terminal.type('orders list --status completed,fai\t')).toBe(
          '<list> <--status> <completed,failed>',
        );
        expect(await terminal.type('orders get @-3\t')).toBe('<get> <@-3>');
        expect(await terminal.type('orders submit my\t')).toBe('<submit> <my order.json>');
        expect(await terminal.type('orders load-test --mix dam\t5')).toBe(
          '<load-test> <--mix> <damaged=5>',
        );
        expect(terminal.ran().trimEnd().split('\n')).toEqual(
          Array.from({ length: 11 }, () => 'orders'),
        );
        await terminal.type('node x');
        expect(terminal.ran()).toContain('node');
      } finally {
        terminal.close();
      }
    },
    20_000,
  );
});

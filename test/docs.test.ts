import { execFile, execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDeployedProject } from './support/deployed-project.ts';
import { full } from './support/full.ts';
import {
  type CodeBlock,
  type Page,
  readAnchors,
  readCodeBlocks,
  readInlineCode,
  readPage,
  readPages,
  readRelativeLinks,
} from './support/markdown.ts';
import type { Project } from './support/project.ts';

const pages = [...readPages('*.md'), ...readPages('docs/**/*.md')];
/** Pages for users of the program: they contain commands. */
const guides = [readPage('README.md'), ...readPages('docs/*.md')];

/** Commands of a code block, one per line; comments and the names of environments are kept. */
const commandLines = ({ text }: CodeBlock) =>
  text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));

/** Runs a check on each page and returns what it reports, with the file in front. */
function findProblems(
  checked: readonly Page[],
  check: (page: Page) => readonly string[],
): string[] {
  return checked.flatMap((page) => check(page).map((problem) => `${page.file}: ${problem}`));
}

it('keeps every page in docs below 200 lines', () => {
  const countLines = ({ text }: Page) => text.trimEnd().split('\n').length;
  const long = readPages('docs/**/*.md').filter((page) => countLines(page) >= 200);
  expect(long.map(({ file }) => file)).toEqual([]);
});

it('links only to files and headings that exist', () => {
  const isBroken = (page: Page, link: string) => {
    const [path = '', anchor] = link.split('#');
    const file = path === '' ? page.file : join(dirname(page.file), path);
    if (globSync(file).length === 0) return true;
    return anchor !== undefined && !readAnchors(readPage(file)).includes(anchor);
  };
  const problems = findProblems(pages, (page) =>
    readRelativeLinks(page).filter((link) => isBroken(page, link)),
  );
  expect(problems).toEqual([]);
});

const folders = /^(?:\.ci|bench|bin|commands|docs|functions|scripts|src|test)\//;
/** Files of the project that a page names without a folder. */
const rootFiles = ['template.yaml', 'package.json', 'knip.json', 'biome.json'];

it('names only files of the repository that exist', () => {
  const isPath = (text: string) =>
    (folders.test(text) && !text.includes(' ')) || rootFiles.includes(text);
  const problems = findProblems(pages, (page) =>
    readInlineCode(page).filter((text) => isPath(text) && globSync(text).length === 0),
  );
  expect(problems).toEqual([]);
});

/** A command in the table that the build writes. */
interface CommandEntry {
  readonly flags: Readonly<
    Record<
      string,
      { readonly char?: string; readonly allowNo?: boolean; readonly aliases?: string[] }
    >
  >;
}

describe('commands', () => {
  const table: Readonly<Record<string, CommandEntry>> = JSON.parse(
    readFileSync('dist/commands.json', 'utf8'),
  );

  /** Returns what is wrong with a command line that begins with `orders`; undefined if nothing is. */
  function findProblem(line: string): string | undefined {
    const [, ...words] = line.split(/\s+/);
    const path = words.filter((word) => /^[a-z][a-z-]*$/.test(word)).slice(0, 2);
    const id = [path.join(':'), path[0] ?? ''].find((candidate) => candidate in table);
    if (words.length === 0 || words[0]?.startsWith('--')) return undefined;
    if (id === undefined) return `${line}: no such command`;
    const unknown = words.filter((word) => /^--?[a-z]/i.test(word) && !hasFlag(id, word));
    return unknown.length > 0 ? `${line}: unknown ${unknown.join(' ')}` : undefined;
  }

  function hasFlag(id: string, word: string): boolean {
    const [, dashes, name = ''] = /^(--?)([\w-]+)/.exec(word) ?? [];
    if (name === 'help') return true;
    const flags = Object.entries(table[id]?.flags ?? {});
    return flags.some(([flag, { char, allowNo, aliases = [] }]) =>
      dashes === '-'
        ? char === name
        : [flag, ...aliases, ...(allowNo ? [`no-${flag}`] : [])].includes(name),
    );
  }

  /** Returns the command lines of a page that begin with `orders`, in texts and in code blocks. */
  function listCommands(page: Page): string[] {
    const blocks = readCodeBlocks(page).filter(({ language }) => language === 'sh');
    const lines = [...readInlineCode(page), ...blocks.flatMap(commandLines)];
    return lines.flatMap((line) => line.match(/\borders (?:[a-z]|--)[^|)#;]*/g) ?? []);
  }

  it('have names and flags that exist', () => {
    const problems = findProblems(guides, (page) =>
      listCommands(page).flatMap((line) => findProblem(line.trim()) ?? []),
    );
    expect(problems).toEqual([]);
  });

  it('have every flag that a text names', () => {
    const isUnknown = (text: string) => !Object.keys(table).some((id) => hasFlag(id, text));
    const problems = findProblems(guides, (page) =>
      readInlineCode(page).filter((text) => /^--?[a-z]/.test(text) && isUnknown(text)),
    );
    expect(problems).toEqual([]);
  });

  it('finds a wrong command and a wrong flag', () => {
    expect(findProblem('orders wach latest')).toContain('no such command');
    expect(findProblem('orders watch latest --untl shipped')).toContain('--untl');
    expect(findProblem('orders local start --time-scale 1')).toBeUndefined();
  });
});

/** Tools that a code block may need in addition to a shell. */
const tools = ['curl', 'jq'];
const hasTool = (name: string) => {
  try {
    execFileSync('which', [name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const missingTools = tools.filter((name) => !hasTool(name));

/** Turns a code block into a script that stops at the first line with another exit code than `# exits N` says. */
function toScript(block: CodeBlock): string {
  const lines = commandLines(block).map((line) => {
    const [, expected = '0'] = /# exits (\d+)/.exec(line) ?? [];
    const command = line.replace(/\s+#.*$/, '');
    const report = `echo "exit code $code: ${command.replaceAll(/["$`\\]/g, '\\$&')}" >&2`;
    // A person reads the output before the next command, and repeats it if the message has not arrived.
    const wait =
      command === 'orders dead-letters list'
        ? `for try in $(seq 100); do ${command} | grep order- && break; done\n`
        : '';
    return `${wait}code=0; ${command} || code=$?\n[ "$code" = ${expected} ] || { ${report}; exit 1; }`;
  });
  return ['set -o pipefail', ...lines].join('\n');
}

function runScript(project: Project, script: string): Promise<string> {
  const PATH = [dirname(project.program), process.env['PATH']].join(delimiter);
  const options = { cwd: project.root, env: { PATH, HOME: project.root, TZ: 'UTC' } };
  return new Promise((resolve) => {
    const child = execFile('bash', ['-c', script], options, (error, stdout, stderr) =>
      resolve(error ? `${stdout}\n${stderr}` : ''),
    );
    child.stdin?.end();
  });
}

/**
 * First lines of the code blocks of the short run: they need an order that ran, use options that no journey uses, or are read by other programs.
 * Journeys run the commands of the other blocks, and tests above check their names and flags.
 */
const shortRun = [
  'orders submit --sample low --id order-to-watch',
  'orders list --columns order,customer,total --sort total:desc',
  'orders submit --sample damaged --wait --json    # exits 10',
  'orders replay --since 1d --sample 50 --save test/recordings',
];

/**
 * Pages with the code blocks that a test can run: a label says that a block needs AWS, changes the machine, or takes long. Journeys
 * cover the commands that take long.
 */
const runnable = readPages('docs/*.md').flatMap((page) => {
  const labels = full ? ['', 'long'] : [''];
  const blocks = readCodeBlocks(page)
    .filter(({ language, label }) => language === 'sh' && labels.includes(label))
    .map((block) => ({ ...block, title: commandLines(block)[0] ?? '' }))
    .filter(({ title }) => full || shortRun.includes(title));
  return blocks.length > 0 ? [{ file: page.file, blocks }] : [];
});

it('runs code blocks that exist', () => {
  const titles = runnable.flatMap(({ blocks }) => blocks.map(({ title }) => title));
  expect(titles).toEqual(expect.arrayContaining(shortRun));
});

/**
 * In the long run, the page about replays comes first: other pages deploy functions with other parameters, and leave many orders to replay.
 * In the short run, it comes last, because it needs an order.
 */
const ordered = runnable.toSorted(
  (a, b) =>
    (Number(b.file === 'docs/replay.md') - Number(a.file === 'docs/replay.md')) * (full ? 1 : -1),
);

describe('the commands', () => {
  // All pages share a project: a reader also follows one page after another.
  let project: Project;
  beforeAll(async () => {
    // At this speed, no review times out, and no outage outlasts its orders, while a busy machine runs the commands of a block.
    project = await createDeployedProject('--time-scale', '200');
  });
  afterAll(() => project.close());

  describe.each(ordered)('of $file', ({ blocks }) => {
    it.each(blocks)('succeed: $title', async (block) => {
      if (missingTools.some((name) => block.text.includes(name))) return;
      expect(await runScript(project, toScript(block))).toBe('');
    });
  });
});

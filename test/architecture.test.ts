import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Folders of the local runtime that its services share. */
const localShared = ['src/local/iam', 'src/local/shared', 'src/local/store', 'src/local/wire'];
const localServices = [
  'apigateway',
  'cloudformation',
  'dynamodb',
  'events',
  'logs',
  's3',
  'sqs',
  'ssm',
  'sts',
];

const orders = (...folders: string[]) => folders.map((folder) => `src/orders/${folder}`);
const cli = (...folders: string[]) => folders.map((folder) => `src/cli/${folder}`);

/** Modules that most services may import. */
const base = [
  'functions/contract',
  'src/workflow',
  'src/environment',
  'src/aws',
  'src/user-error',
  'src/exit-codes',
  'src/did-you-mean',
];
/** Modules that most folders of the CLI may import. The CLI does not call AWS itself. */
const cliBase = base.filter((folder) => folder !== 'src/aws');

/** Per folder, the folders and files of this project that it may import in addition to itself. The first row that fits counts. */
const layers: readonly (readonly [folder: string, mayImport: readonly string[]])[] = [
  ['functions/contract', []],
  ['functions/shared', ['functions/contract']],
  ['functions/order-intake', ['functions/contract', 'functions/shared']],
  ['functions/order-status', ['functions/contract', 'functions/shared']],
  ['functions/order-workflow', ['functions/contract', 'functions/shared']],
  // Recovery undoes the stages of the workflow with the workflow's own compensations.
  [
    'functions/order-recovery',
    ['functions/contract', 'functions/shared', 'functions/order-workflow'],
  ],
  ['src/exit-codes.ts', []],
  ['src/user-error.ts', ['src/exit-codes']],
  ['src/did-you-mean.ts', []],
  ['src/workflow', ['functions/contract']],
  ['src/views', ['functions/contract', 'src/workflow']],
  ['src/aws', ['src/user-error', 'src/environment/target.ts']],
  [
    'src/environment',
    ['src/aws', 'src/local/runtime', 'src/user-error', 'src/did-you-mean', 'functions/contract'],
  ],
  ['src/local/store', []],
  ['src/local/iam', localShared],
  ['src/local/wire', ['src/local/iam', 'src/local/store']],
  ['src/local/shared', ['src/local/wire']],
  ['src/local/fault-injection', ['src/local/shared', 'src/local/wire']],
  ['src/local/lambda', [...localShared, 'src/local/fault-injection']],
  ...localServices.map((service) => [`src/local/${service}`, localShared] as const),
  ['src/local/runtime', ['src/local']],
  ['src/orders/requests', ['src/aws']],
  ['src/orders/tables', [...base, ...orders('requests')]],
  ['src/orders/lookup', [...base, ...orders('requests', 'tables')]],
  ['src/orders/actions', [...base, ...orders('lookup', 'requests', 'tables')]],
  ['src/orders/logs', [...base, ...orders('lookup', 'requests', 'tables')]],
  ['src/orders/cost', [...base, ...orders('actions', 'lookup')]],
  ['src/orders/scale', ['functions/contract', ...orders('cost')]],
  ['src/orders/dead-letters', [...base, ...orders('actions', 'lookup', 'tables')]],
  ['src/orders/metrics', [...base, ...orders('logs', 'lookup', 'requests', 'tables')]],
  ['src/orders/watch', [...base, ...orders('logs', 'lookup', 'requests', 'tables')]],
  [
    'src/orders/verify',
    [...base, ...orders('actions', 'dead-letters', 'lookup', 'requests', 'tables')],
  ],
  [
    'src/orders/console',
    [
      ...base,
      ...orders('actions', 'dead-letters', 'logs', 'lookup', 'metrics', 'requests', 'tables'),
      ...orders('verify', 'watch'),
    ],
  ],
  [
    'src/orders/load-test',
    [...base, ...orders('actions', 'cost', 'lookup', 'requests', 'tables', 'verify')],
  ],
  // CloudFormation needs the same permissions on AWS and on the local runtime.
  ['src/deploy/iam', [...base, 'src/local/cloudformation/access/handler-actions.ts']],
  [
    'src/deploy',
    [...base, 'src/local/runtime', ...orders('actions', 'lookup', 'requests', 'tables')],
  ],
  ['src/replay', [...base, 'src/local/lambda/node-runtime', ...orders('lookup', 'requests')]],
  ['src/init', ['src/environment/project.ts', 'src/user-error']],
  ['src/cli/terminal', ['src/user-error', 'src/workflow/readable-colors.ts']],
  ['src/cli/completion', ['functions/contract', 'src/user-error', ...cli('list')]],
  ['src/cli/command', [...base, 'src/deploy', ...cli('terminal')]],
  [
    'src/cli/console',
    [
      ...cliBase,
      ...cli('command', 'history', 'logs', 'metrics', 'orders', 'terminal', 'watch'),
      'src/deploy',
      'src/views',
      ...orders('actions', 'console', 'dead-letters', 'logs', 'lookup', 'metrics'),
      ...orders('requests', 'verify', 'watch'),
    ],
  ],
  [
    'src/cli/replay',
    [...cliBase, ...cli('command', 'terminal'), 'src/deploy', 'src/replay', ...orders('lookup')],
  ],
  [
    'src/cli/history',
    [...cliBase, ...cli('command', 'terminal', 'report-page'), ...orders('lookup', 'logs')],
  ],
  [
    'src/cli/logs',
    [...cliBase, ...cli('command', 'terminal'), ...orders('logs', 'lookup', 'watch')],
  ],
  [
    'src/cli/metrics',
    [...cliBase, ...cli('command', 'terminal'), 'src/views', ...orders('metrics', 'watch')],
  ],
  [
    'src/cli/list',
    [
      ...cliBase,
      ...cli('command', 'terminal'),
      'src/views',
      ...orders('lookup', 'verify', 'watch'),
    ],
  ],
  [
    'src/cli/watch',
    [
      ...cliBase,
      ...cli('command', 'terminal', 'list', 'logs'),
      'src/views',
      ...orders('logs', 'lookup', 'requests', 'watch'),
    ],
  ],
  [
    'src/cli/orders',
    [
      ...cliBase,
      ...cli('command', 'terminal', 'list', 'watch'),
      'src/deploy',
      ...orders('actions', 'cost', 'dead-letters', 'lookup', 'tables', 'verify', 'watch'),
    ],
  ],
  [
    'src/cli/deploy',
    [
      ...cliBase,
      ...cli('command', 'terminal', 'watch'),
      'src/deploy',
      ...orders('actions', 'lookup'),
    ],
  ],
  [
    'src/cli/local',
    [
      ...cliBase,
      ...cli('command'),
      'src/local/runtime',
      // The parser of the flag for faults.
      'src/local/fault-injection/injection.ts',
    ],
  ],
  [
    'src/cli/report-page',
    [
      'functions/contract',
      'src/workflow',
      ...cli('terminal'),
      ...orders('load-test', 'logs', 'lookup'),
    ],
  ],
  [
    'src/cli/load-test',
    [
      ...base,
      ...cli('command', 'terminal', 'list', 'report-page'),
      'src/views',
      ...orders('load-test', 'requests', 'scale'),
    ],
  ],
  [
    'src/cli/schemas',
    [...cliBase, 'src/cli', 'src/orders', 'src/deploy', 'src/init', 'src/replay'],
  ],
  ['src/cli', [...cliBase, ...cli('command', 'terminal')]],
  ['commands', ['src', 'functions/contract']],
];

const files = globSync('{commands,functions,src}/**/*.{ts,tsx}', { cwd: root }).toSorted();
const imports = new Map(files.map((file) => [file, readImports(file)]));

/** Returns the files that a file imports by a relative path: values, types and dynamic imports. */
function readImports(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const matches = text.matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g);
  return [...matches].map(([, path]) => normalize(join(dirname(file), path ?? '')));
}

function covers(folder: string, file: string): boolean {
  return file === folder || file === `${folder}.ts` || file.startsWith(`${folder}/`);
}

function rowFor(file: string): string | undefined {
  return layers.find(([folder]) => covers(folder, file))?.[0];
}

describe.each(layers.map(([folder, mayImport]) => ({ folder, mayImport })))(
  '$folder',
  ({ folder, mayImport }) => {
    const own = files.filter((file) => rowFor(file) === folder);

    it('imports only folders that its row allows', () => {
      expect(own.length).toBeGreaterThan(0);
      const violations = own.flatMap((file) =>
        (imports.get(file) ?? [])
          .filter((path) => ![folder, ...mayImport].some((allowed) => covers(allowed, path)))
          .map((path) => `${file} imports ${path}`),
      );
      expect(violations).toEqual([]);
    });
  },
);

it('has a row for every source file', () => {
  expect(files.filter((file) => rowFor(file) === undefined)).toEqual([]);
});

it('keeps direct use of AWS out of the commands', () => {
  const violations = files.filter(
    (file) =>
      file.startsWith('commands/') && imports.get(file)?.some((path) => covers('src/aws', path)),
  );
  expect(violations).toEqual([]);
});

/** Returns the first import cycle, as the files along it, or undefined. */
function findCycle(): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const imported of imports.get(file) ?? []) {
      const cycle = visit(imported, [...path, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of files) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}

it('has no import cycle, type imports included', () => {
  expect(findCycle()).toBeUndefined();
});

it('constructs SDK clients in one file', () => {
  const constructing = files.filter(
    (file) =>
      file.startsWith('src/') &&
      /new [A-Za-z]+Client\(/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(constructing).toEqual(['src/aws/clients.ts']);
});

it('imports the SDK only in src/aws/sdk', () => {
  const violations = files.filter(
    (file) =>
      file.startsWith('src/') &&
      !file.startsWith('src/aws/sdk/') &&
      /import\(\s*'@aws-sdk|^import (?!type).* from '@aws-sdk/m.test(
        readFileSync(join(root, file), 'utf8'),
      ),
  );
  expect(violations).toEqual([]);
});

it('uses neither clock nor random numbers in the business process', () => {
  const text = readFileSync(join(root, 'functions/order-workflow/process-order.ts'), 'utf8');
  expect(text).not.toMatch(/Date\.now|new Date|Math\.random|randomUUID|performance\./);
});

it('uses no random numbers', () => {
  const random = files.filter((file) =>
    readFileSync(join(root, file), 'utf8').includes('Math.random('),
  );
  expect(random).toEqual([]);
});

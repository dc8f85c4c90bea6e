/** Creates a project with its own copy of the template, the functions and their tests. */
import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isInstalled, packageRoot } from '../environment/project.ts';
import { UserError } from '../user-error.ts';
import { buildOwnFiles, type Manifest, toPackageName } from './own-files.ts';

export interface CreatedProject {
  readonly folder: string;
  /** Name in the project's package.json. */
  readonly name: string;
  /** Paths of the created files in the folder. */
  readonly files: readonly string[];
}

/** The files that a project gets unchanged. Its tests need neither the CLI nor the local runtime. */
const copiedFiles: readonly string[] = [
  'template.yaml',
  'functions/**/*.ts',
  'scripts/build-functions.ts',
  'test/contract/*.ts',
  'test/functions/{durable-service,fake-ports,wait-seconds}.ts',
  'test/functions/{metrics,process-order,recover-order,review}.test.ts',
  'test/functions/{tracing,transactions}.test.ts',
  'test/functions/notifications/*.ts',
  'test/functions/payments/stripe{.test,-stub}.ts',
];

/** Entries that a folder may have before: the history of a repository and the data of the local runtime. */
const ignoredEntries: ReadonlySet<string> = new Set(['.git', '.orders']);

/** Creates a project in a folder that is missing or empty. Throws UserError (exit 6) if it contains files. */
export function createProject(folder: string): CreatedProject {
  rejectUsedFolder(folder);
  const source = packageRoot();
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest;
  const name = toPackageName(folder);
  mkdirSync(folder, { recursive: true });
  const copied = globSync(copiedFiles, { cwd: source }).sort();
  for (const file of copied) copyFile(join(source, file), join(folder, file));
  const own = buildOwnFiles(name, manifest);
  for (const [file, text] of Object.entries(own)) writeFileSync(join(folder, file), text);
  return { folder, name, files: [...copied, ...Object.keys(own)] };
}

function copyFile(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

function rejectUsedFolder(folder: string): void {
  if (isInstalled(folder)) {
    throw new UserError(`"${folder}" is inside an installed package.`, {
      hint: 'orders init in a directory of your own',
      exit: 3,
      code: 'InstalledPackage',
    });
  }
  const [entry] = listEntries(folder).filter((name) => !ignoredEntries.has(name));
  if (entry === undefined) return;
  throw new UserError(`"${folder}" is not empty: it contains ${entry}.`, {
    hint: 'orders init <another folder>',
    exit: 6,
    code: 'FolderNotEmpty',
  });
}

function listEntries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    const problem = code === 'ENOTDIR' ? 'is not a folder' : `cannot be read (${code})`;
    throw new UserError(`"${folder}" ${problem}.`, {
      hint: 'orders init <another folder>',
      exit: 6,
      code: 'FolderNotEmpty',
      cause: error,
    });
  }
}

/** Creates a project with its own copy of the template, the functions and their tests. */
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
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

/**
 * Creates a project in a folder that is missing or empty. Throws UserError (exit 6) if it contains files. After an error, for example of a
 * full disk, removes what it created.
 */
export function createProject(folder: string): CreatedProject {
  rejectUsedFolder(folder);
  const source = packageRoot();
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest;
  const name = toPackageName(folder);
  const copied = globSync(copiedFiles, { cwd: source }).sort();
  const own = buildOwnFiles(name, manifest);
  checkWritable(folder);
  const firstCreated = mkdirSync(folder, { recursive: true });
  try {
    for (const file of copied) copyFile(join(source, file), join(folder, file));
    for (const [file, text] of Object.entries(own)) writeFileSync(join(folder, file), text);
  } catch (error) {
    removeCreated(folder, firstCreated);
    throw error;
  }
  return { folder, name, files: [...copied, ...Object.keys(own)] };
}

/** Throws the error of a folder that cannot be written. On a read-only disk, `mkdirSync` reports that the folder does not exist. */
function checkWritable(folder: string): void {
  if (existsSync(folder)) accessSync(folder, constants.W_OK);
  else if (dirname(folder) !== folder) checkWritable(dirname(folder));
}

/** Removes the first folder that was created, or everything that is new in a folder that existed. */
function removeCreated(folder: string, firstCreated: string | undefined): void {
  const created = listEntries(folder).filter((name) => !ignoredEntries.has(name));
  const paths =
    firstCreated === undefined ? created.map((name) => join(folder, name)) : [firstCreated];
  for (const path of paths) rmSync(path, { recursive: true, force: true });
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

/** Finds the code to replay with. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '../user-error.ts';

/** The code of a function, unpacked. */
export interface ReplayCode {
  readonly root: string;
  /** The function's `Handler` setting, such as `index.handler`. */
  readonly handler: string;
  /** Folder of the code's source maps, if they are not beside the code. */
  readonly mapFolder?: string | undefined;
  /** Folder with the built worker of a replay. */
  readonly workerFolder: string;
  /** Removes a copy of the code. */
  readonly dispose: () => void;
}

/** Text in the SDK that loads plugins from the environment. Without it, a replay could not prevent the bodies of steps from running. */
const pluginVariable = 'DURABLE_EXECUTION_PLUGINS';
/** First version of the JavaScript SDK that loads plugins from the environment. */
const firstSdk = '2.4.0';

/** Returns the build of a function: `project` is the folder with `dist/functions`, `build` the build of `orders`. */
export function findBuiltCode(
  name: string,
  { project, build }: { readonly project: string; readonly build: string },
): ReplayCode {
  return {
    root: join(project, 'dist/functions', name),
    handler: 'index.handler',
    mapFolder: join(project, 'dist/maps', name),
    workerFolder: build,
    dispose: () => undefined,
  };
}

/**
 * Copies the code of another function to a temporary folder, so that it reaches neither packages nor the module type of the folders above,
 * as on Lambda. Throws a UserError if the folder does not exist or has an SDK that is too old (exit 2).
 */
export function copyCode(
  folder: string,
  { handler, build }: { readonly handler: string; readonly build: string },
): ReplayCode {
  const source = resolve(folder);
  if (!existsSync(source)) {
    throw new UserError(`The folder "${folder}" does not exist.`, { hint: 'orders replay --help' });
  }
  if (!hasPlugins(source)) {
    throw new UserError(
      `The code in "${folder}" has no durable execution SDK from version ${firstSdk} on.`,
      { hint: 'npm install @aws/durable-execution-sdk-js@latest, and build the function again' },
    );
  }
  const root = mkdtempSync(join(tmpdir(), 'orders-replay-'));
  cpSync(source, root, { recursive: true });
  const dispose = () => rmSync(root, { recursive: true, force: true });
  return { root, handler, workerFolder: build, dispose };
}

function hasPlugins(folder: string): boolean {
  const files = globSync('**/*.{js,mjs,cjs}', { cwd: folder });
  return files.some((file) => readFileSync(join(folder, file), 'utf8').includes(pluginVariable));
}

/** Copies the code to a temporary folder, and adds the comments through which a debugger finds the sources. */
export function copyWithSourceMaps({ root, mapFolder }: ReplayCode): string {
  const copy = mkdtempSync(join(tmpdir(), 'orders-replay-'));
  cpSync(root, copy, { recursive: true });
  if (mapFolder === undefined) return copy;
  for (const file of globSync('**/*.mjs', { cwd: copy })) {
    const map = join(mapFolder, `${basename(file)}.map`);
    if (!existsSync(map)) continue;
    appendFileSync(join(copy, file), `\n//# sourceMappingURL=${pathToFileURL(map).href}\n`);
  }
  return copy;
}

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The Node.js program that runs a function. */
export interface NodeProgram {
  readonly path: string;
  /** Version, such as v24.21.0. */
  readonly version: string;
  /** Why the program is not of the version that the function names; absent if it is. */
  readonly substituteFor?: string;
}

const programs = new Map<string, NodeProgram>();

/**
 * Returns the Node.js program for a runtime such as `nodejs22.x`: the program of the local runtime if it has that version, otherwise a
 * program of that version on the PATH. Without one, the program of the local runtime is the substitute.
 */
export function findNodeProgram(runtime: string): NodeProgram {
  let program = programs.get(runtime);
  if (!program) {
    program = searchNodeProgram(runtime);
    programs.set(runtime, program);
  }
  return program;
}

function searchNodeProgram(runtime: string): NodeProgram {
  const major = /^nodejs(\d+)/.exec(runtime)?.[1] ?? '';
  const own: NodeProgram = { path: process.execPath, version: process.version };
  if (process.version.startsWith(`v${major}.`)) return own;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const folder of folders) {
    for (const name of ['node', `node${major}`, `node-${major}`]) {
      const path = join(folder, name);
      const version = existsSync(path) ? readVersion(path) : undefined;
      if (version?.startsWith(`v${major}.`)) return { path, version };
    }
  }
  return {
    ...own,
    substituteFor: `${runtime} functions run on Node.js ${process.version}: no Node.js ${major} is on the PATH`,
  };
}

function readVersion(path: string): string | undefined {
  try {
    return execFileSync(path, ['--version'], { encoding: 'utf8', timeout: 5_000 }).trim();
  } catch {
    return undefined;
  }
}

/** The messages about functions that run on another Node.js version than they name, each once. */
export class Substitutes {
  readonly #reported = new Set<string>();

  /** Returns the message about a program if it is new, else undefined. */
  takeNew({ substituteFor }: NodeProgram): string | undefined {
    if (substituteFor === undefined || this.#reported.has(substituteFor)) return undefined;
    this.#reported.add(substituteFor);
    return substituteFor;
  }
}

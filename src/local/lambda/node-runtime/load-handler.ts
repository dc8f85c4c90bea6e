import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isStreaming } from './response-stream.ts';

export type HandlerFunction = (event: unknown, ...rest: unknown[]) => unknown;

/** A handler of a function's code, and how it returns its response. */
export interface LoadedHandler {
  readonly run: HandlerFunction;
  readonly style: 'promise' | 'callback' | 'streaming';
}

interface HandlerLocation {
  /** Folder of the unpacked code. */
  readonly root: string;
  /** The function's `Handler` setting, such as `index.handler`. */
  readonly handler: string;
  /** Major version of the Node.js runtime, such as 24. */
  readonly nodeVersion: number;
}

/** The last Node.js runtime with callback-style handlers. */
export const lastCallbackVersion = 22;

/**
 * Loads the handler as Lambda's Node.js runtime does: the file without an extension, `.js`, `.mjs`, `.cjs`, then Node's own resolution.
 * Throws an error named `Runtime.MalformedHandlerName`, `Runtime.ImportModuleError`, `Runtime.UserCodeSyntaxError`,
 * `Runtime.HandlerNotFound` or `Runtime.CallbackHandlerDeprecated`, or the error that the function's code throws while it loads.
 * Source: aws-lambda-ric 3.3 (nodejs22.x) and 4.0 (nodejs24.x).
 */
export async function loadHandler(location: HandlerLocation): Promise<LoadedHandler> {
  const { path, names } = findModule(location);
  const exported = await importModule(path);
  const run = findExport(exported, names);
  const label = `${basename(location.handler)}`;
  if (run === undefined) {
    throw namedError('Runtime.HandlerNotFound', `${label} is undefined or not exported`);
  }
  if (typeof run !== 'function') {
    throw namedError('Runtime.HandlerNotFound', `${label} is not a function`);
  }
  const handler = run as HandlerFunction;
  if (isStreaming(handler)) return { run: handler, style: 'streaming' };
  if (location.nodeVersion <= lastCallbackVersion) return { run: handler, style: 'callback' };
  if (handler.length < 3) return { run: handler, style: 'promise' };
  throw namedError(
    'Runtime.CallbackHandlerDeprecated',
    'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. ' +
      'Return a value or a promise from the handler, or use nodejs22.x.',
  );
}

function findModule({ root, handler }: HandlerLocation): { path: string; names: string[] } {
  const folder = dirname(handler);
  const [name = '', ...names] = basename(handler).split('.');
  if (handler.includes('..') || name === '' || names.length === 0) {
    throw namedError('Runtime.MalformedHandlerName', 'Bad handler');
  }
  const base = join(root, folder, name);
  const candidates = ['', '.js', '.mjs', '.cjs'].map((extension) => base + extension);
  const path = candidates.find(isFile) ?? resolvePackage(root, join(folder, name));
  if (path !== undefined) return { path, names };
  throw namedError('Runtime.ImportModuleError', `Error: Cannot find module '${name}'`);
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function resolvePackage(root: string, name: string): string | undefined {
  try {
    return createRequire(join(root, 'noop.js')).resolve(name);
  } catch {
    return undefined;
  }
}

async function importModule(path: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw namedError('Runtime.UserCodeSyntaxError', String(error), error);
    }
    // Only `require` fails with this code; a missing import of an ES module stays an Error, as on AWS.
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') {
      throw namedError('Runtime.ImportModuleError', String(error), error);
    }
    throw error;
  }
}

function findExport(module: Record<string, unknown>, names: readonly string[]): unknown {
  return readPath(module, names) ?? readPath(module['default'], names);
}

function readPath(value: unknown, names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (found, name) => (isNamespace(found) ? found[name] : undefined),
    value,
  );
}

function isNamespace(value: unknown): value is Record<string, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Returns an error with the name that Lambda reports as the error type. Keeps the stack of the cause. */
function namedError(name: string, message: string, cause?: Error): Error {
  const error = Object.assign(new Error(message), { name });
  if (cause?.stack) error.stack = cause.stack;
  return error;
}

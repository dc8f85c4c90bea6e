/** Packs the functions' bundles into archives and writes their S3 addresses into the template. */
import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Capability } from '@aws-sdk/client-cloudformation';
import { zipSync } from 'fflate';
import { isMap, isScalar, visit, type YAMLMap } from 'yaml';
import { UserError } from '../user-error.ts';
import { requiredCapabilities } from './capabilities.ts';
import { readBundledSdkVersion, recordSdkVersion } from './sdk-record.ts';
import type { TemplateFile } from './template-file.ts';

/** A function's archive. Its key is derived from the files: the same code gets the same key. */
export interface Artifact {
  /** The local CodeUri in the template. */
  readonly codeUri: string;
  readonly key: string;
  /** Size of the files (bytes). */
  readonly size: number;
  /** Packs the files. Most of the time an archive with this key has been uploaded already. */
  readonly bytes: () => Uint8Array;
}

export interface Package {
  readonly artifacts: readonly Artifact[];
  /** The template with every local CodeUri replaced by an `s3://` address, and with the SDK version of each durable function. */
  readonly template: string;
  /** The capabilities that it requires. */
  readonly capabilities: readonly Capability[];
}

/**
 * Packs the code of all functions of a template. The rewritten template refers to the archives in `bucket`. Throws UserError if a
 * function is not built.
 */
export async function packageStack(
  { path, document: original }: TemplateFile,
  bucket: string,
): Promise<Package> {
  const root = dirname(path);
  const document = original.clone();
  const artifacts = new Map<string, Artifact>();
  const sources: { readonly node: { value: unknown }; readonly properties: YAMLMap }[] = [];
  visit(document, {
    Pair(_, { key, value }, path) {
      if (!isScalar(key) || key.value !== 'CodeUri' || !isScalar(value)) return;
      const properties = path.at(-1);
      if (typeof value.value !== 'string' || value.value.startsWith('s3://')) return;
      if (isMap(properties)) sources.push({ node: value, properties });
    },
  });
  for (const { node, properties } of sources) {
    const codeUri = String(node.value);
    const artifact = artifacts.get(codeUri) ?? (await archive(root, codeUri));
    artifacts.set(codeUri, artifact);
    node.value = `s3://${bucket}/${artifact.key}`;
    const sdkVersion = readBundledSdkVersion(join(root, codeUri));
    if (sdkVersion !== undefined) recordSdkVersion(properties, sdkVersion);
  }
  // The console, which checks the package periodically, handles keys in between.
  await setImmediate();
  return {
    artifacts: [...artifacts.values()],
    template: document.toString({ lineWidth: 0 }),
    capabilities: requiredCapabilities(document.toJS()),
  };
}

async function archive(root: string, codeUri: string): Promise<Artifact> {
  const directory = join(root, codeUri);
  const names = globSync('**/*', { cwd: directory })
    .filter((name) => statSync(join(directory, name)).isFile())
    .sort();
  if (names.length === 0) {
    throw new UserError(`${codeUri} does not contain a built function.`, {
      hint: 'npm run build',
      exit: 3,
      code: 'NotBuilt',
    });
  }
  const files = names.map((name) => [name, readFileSync(join(directory, name))] as const);
  const hash = createHash('sha256');
  for (const [name, content] of files) hash.update(`${name}\0${content.length}\0`).update(content);
  const name = codeUri.replace(/\/+$/, '').split('/').at(-1) ?? 'function';
  return {
    codeUri,
    key: `functions/${name}/${hash.digest('hex')}.zip`,
    size: files.reduce((sum, [, content]) => sum + content.length, 0),
    // ZIP entries contain local time. Noon gives the same bytes in every time zone.
    bytes: () => zipSync(Object.fromEntries(files), { mtime: new Date(1980, 0, 2, 12), level: 9 }),
  };
}

/** Turns the functions' bundles into archives and points the template at where they are uploaded to. */
import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import { isMap, isScalar, parseDocument, visit } from 'yaml';
import { UserError } from '../user-error.ts';

/** A function's archive, named by its content: the same code is the same key. */
export interface Artifact {
  /** The template's CodeUri that the archive stands for. */
  readonly codeUri: string;
  readonly key: string;
  readonly bytes: Uint8Array;
}

export interface Package {
  readonly artifacts: readonly Artifact[];
  /** The template with every local CodeUri replaced by an `s3://` address. */
  readonly template: string;
  /** The names of its parameters. */
  readonly parameters: readonly string[];
}

/**
 * Archives what the functions of the template in `file` are made of: folders beside it, or files. `bucket` will hold the
 * archives.
 */
export async function packageStack(file: string, bucket: string): Promise<Package> {
  const root = dirname(file);
  const document = parseDocument(readTemplate(file), { logLevel: 'error' });
  const artifacts = new Map<string, Artifact>();
  const sources: { value: unknown }[] = [];
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== 'CodeUri' || !isScalar(value)) return;
      if (typeof value.value === 'string' && !value.value.startsWith('s3://')) sources.push(value);
    },
  });
  for (const node of sources) {
    const codeUri = String(node.value);
    const artifact = artifacts.get(codeUri) ?? (await archive(root, codeUri));
    artifacts.set(codeUri, artifact);
    node.value = `s3://${bucket}/${artifact.key}`;
  }
  const declared = document.get('Parameters');
  return {
    artifacts: [...artifacts.values()],
    template: document.toString({ lineWidth: 0 }),
    parameters: isMap(declared) ? declared.items.map(({ key }) => String(key)) : [],
  };
}

function readTemplate(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UserError(`There is no ${basename(file)} in ${dirname(file)}.`, {
      hint: 'run orders inside the project',
      exit: 3,
      code: 'NoTemplate',
      cause,
    });
  }
}

async function archive(root: string, codeUri: string): Promise<Artifact> {
  const directory = join(root, codeUri);
  const names = globSync('**/*', { cwd: directory })
    .filter((name) => statSync(join(directory, name)).isFile())
    .sort();
  if (names.length === 0) {
    throw new UserError(`${codeUri} holds no built function.`, {
      hint: 'npm run build',
      exit: 3,
      code: 'NotBuilt',
    });
  }
  // Archives carry local time: noon keeps the date, and so the bytes, the same wherever this runs.
  const mtime = new Date(1980, 0, 2, 12);
  const files = names.map((name) => [name, readFileSync(join(directory, name))] as const);
  const bytes = zipSync(Object.fromEntries(files), { mtime, level: 9 });
  const hash = createHash('sha256').update(bytes).digest('hex');
  const name = codeUri.replace(/\/+$/, '').split('/').at(-1) ?? 'function';
  return { codeUri, key: `functions/${name}/${hash}.zip`, bytes };
}

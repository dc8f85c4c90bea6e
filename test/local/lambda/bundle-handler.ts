import { resolve } from 'node:path';
import { build } from 'esbuild';

/** Returns the source of `index.mjs` for a handler that imports packages of the project, such as the durable SDK. */
export async function bundleHandler(source: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: resolve(import.meta.dirname, 'sdk') },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    banner: {
      js: "import{createRequire as $req}from'node:module';const require=$req(import.meta.url);",
    },
  });
  return outputFiles[0]?.text ?? '';
}

import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { repository } from './project-files.ts';

const source = join(repository, 'functions/order-workflow');

/** Gives a project its own copy of the built functions, which tests may change. */
export function copyFunctions(root: string): void {
  rmSync(join(root, 'dist'));
  cpSync(join(repository, 'dist/functions'), join(root, 'dist/functions'), { recursive: true });
}

/**
 * Builds the workflow of a project of `copyFunctions` from the source with `code` in front of the reservation of the stock. The code
 * sees the order id and the context of the execution.
 */
export async function changeWorkflow(root: string, code: string): Promise<void> {
  const outdir = join(root, 'dist/functions/order-workflow');
  const place = "await step('reserve-inventory'";
  await build({
    entryPoints: { index: join(source, 'handler.ts') },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    minify: true,
    keepNames: true,
    logLevel: 'silent',
    mainFields: ['module', 'main'],
    banner: {
      js: "const require=process.getBuiltinModule('module').createRequire(import.meta.url);",
    },
    plugins: [
      {
        name: 'change',
        setup(builder) {
          builder.onLoad({ filter: /order-workflow\/process-order\.ts$/ }, ({ path }) => {
            const text = readFileSync(path, 'utf8');
            if (!text.includes(place)) throw new Error(`${path} has no ${place}`);
            return { contents: text.replace(place, `${code}\n${place}`), loader: 'ts' };
          });
        },
      },
    ],
  });
}

/** Code that fails for a technical reason in one of `parts` orders, chosen by the order id. */
export const failOneIn = (parts: number) =>
  `if ([...orderId].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % ${parts} === 0) throw new Error('planted');`;

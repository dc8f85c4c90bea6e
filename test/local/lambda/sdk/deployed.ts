import { resolve } from 'node:path';
import { CloudDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { build } from 'esbuild';
import { startLambda } from '../fixture.ts';
import type { CaseName } from './cases.ts';

const plain = `export const handler = async (event, context) => {
  if (event.fail) throw new TypeError('bad input');
  if (event.slow) await new Promise((resolve) => setTimeout(resolve, 700));
  return event.tenant ? { tenant: context.tenantId } : { got: event };
};`;

/**
 * Starts Lambda with the cases as functions and AWS's runner for them. Virtual time runs at five times the speed of the wall clock.
 * With the directory of an earlier Lambda, its state is resumed.
 */
export async function deployCases(directory?: string) {
  const code = await bundleCases();
  const lambda = await startLambda({ speed: 5, ...(directory ? { directory } : {}) });
  lambda.put('flow', { code, durable: 900 });
  lambda.put('child', { code, durable: 900 });
  lambda.put('brief', { code, durable: 5 });
  lambda.put('plain', { code: plain });
  const { client } = lambda;
  const runner = (invocationType: 'RequestResponse' | 'Event' = 'RequestResponse') =>
    new CloudDurableTestRunner({
      functionName: 'flow:1',
      client,
      config: { pollInterval: 50, invocationType },
    });
  return {
    ...lambda,
    runner,
    run: (name: CaseName) => runner().run({ payload: { case: name } }),
  };
}

let bundled: Promise<string> | undefined;

/** Returns the code of the functions, which is built once for each process. */
function bundleCases(): Promise<string> {
  bundled ??= build({
    entryPoints: [resolve(import.meta.dirname, 'cases.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    keepNames: true,
    banner: {
      js: "import{createRequire as $req}from'node:module';const require=$req(import.meta.url);",
    },
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? '');
  return bundled;
}

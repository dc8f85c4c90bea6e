/** Deletes the large parts of installed packages that neither the build nor the tests read. Runs after an installation. */
import { globSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const unused = [
  // Headers and manuals; only the program is needed.
  'node-linux-*/{include,share}',
  // The code for require, which nothing uses.
  'stripe/cjs',
  // Types for TypeScript before 4.
  '{@aws-sdk,@smithy,@aws}/**/dist-types/ts3.4',
  // Types that no code of ours reaches.
  'es-toolkit/dist/**/*.d.{ts,mts}',
  `classic-level/prebuilds/!(*${process.platform}*)`,
  '**/*.{js,mjs,cjs,ts,mts,cts}.map',
];

const folder = fileURLToPath(new URL('../../node_modules', import.meta.url));
for (const path of globSync(unused, { cwd: folder })) {
  rmSync(`${folder}/${path}`, { recursive: true, force: true });
}

/** Collects the licences of the packages whose code is in the bundles. */
import { globSync, readFileSync } from 'node:fs';
import type { Metafile } from 'esbuild';

/** Returns the licence texts of all packages of which a bundle contains code. Packages with the same text are listed together. */
export function formatThirdPartyNotices(metafiles: readonly Metafile[]): string {
  const packagesByText = new Map<string, string[]>();
  for (const folder of listBundledPackages(metafiles)) {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    const text = readLicences(folder) || `License: ${license}`;
    packagesByText.set(text, [
      ...(packagesByText.get(text) ?? []),
      `${name} ${version} (${license})`,
    ]);
  }
  const sections = [...packagesByText].map(
    ([text, packages]) => `${packages.join('\n')}\n\n${text}\n`,
  );
  return ['The files in this folder contain code of these packages.\n', ...sections].join(
    `\n${'-'.repeat(80)}\n\n`,
  );
}

/** Returns the folders of the packages of which the bundles contain code, sorted by path. */
function listBundledPackages(metafiles: readonly Metafile[]): string[] {
  const outputs = metafiles.flatMap((metafile) => Object.values(metafile.outputs));
  return [...new Set(outputs.flatMap(listPackages))].sort();
}

/** Returns the folders of the packages of which a file of a bundle contains code. */
export function listPackages({ inputs }: Metafile['outputs'][string]): string[] {
  const folders = Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => {
    const [folder] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file) ?? [];
    return folder !== undefined && bytesInOutput > 0 ? [folder] : [];
  });
  return [...new Set(folders)];
}

function readLicences(folder: string): string {
  return globSync('{LICEN[CS]E,licen[cs]e,Licen[cs]e,NOTICE,COPYING}{,.*,-*}', { cwd: folder })
    .sort()
    .map((file) => readFileSync(`${folder}/${file}`, 'utf8').trim().replaceAll('\r\n', '\n'))
    .join('\n\n');
}

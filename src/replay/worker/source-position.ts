/** Finds the place in the source of a function that a stack points to. */
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const maps = new Map<string, SourceMap | undefined>();
let mapFolder: string | undefined;

/** Sets the folder that holds the source maps of the code, in files with the names of the code's files plus `.map`. */
export function setMapFolder(folder: string | undefined): void {
  mapFolder = folder;
}

/** Returns the places outside of packages in a stack, `file:line:column`, the innermost call first. */
export function findSources(stack: string | undefined): string[] {
  const places = (stack?.split('\n') ?? []).flatMap((line) => parseFrame(line) ?? []);
  return places.filter((place) => !/node_modules|replay-(worker|plugin)/.test(place));
}

function parseFrame(line: string): string | undefined {
  const [, url = '', row = '', column = ''] = /(file:\/\/[^)\s]+):(\d+):(\d+)\)?$/.exec(line) ?? [];
  if (url === '') return undefined;
  const file = fileURLToPath(url);
  const entry = readMap(file)?.findEntry(Number(row) - 1, Number(column) - 1);
  if (entry === undefined) return `${file}:${row}:${column}`;
  if (!('originalSource' in entry)) return undefined;
  const source = entry.originalSource.replace(/^(\.\.\/)+/, '');
  return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
}

function readMap(file: string): SourceMap | undefined {
  if (!maps.has(file)) maps.set(file, loadMap(file));
  return maps.get(file);
}

function loadMap(file: string): SourceMap | undefined {
  const candidates = [
    `${file}.map`,
    ...(mapFolder ? [join(mapFolder, `${basename(file)}.map`)] : []),
  ];
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path === undefined) return undefined;
  return new SourceMap(
    JSON.parse(readFileSync(path, 'utf8')) as ConstructorParameters<typeof SourceMap>[0],
  );
}

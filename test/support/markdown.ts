/** Reads Markdown pages of the repository: tables, code and links. */
import { globSync, readFileSync } from 'node:fs';

export interface Page {
  /** Path in the repository. */
  readonly file: string;
  readonly text: string;
}

/** A fenced code block. */
export interface CodeBlock {
  /** Language, for example `sh`. */
  readonly language: string;
  /** Rest of the info string, for example `aws`. */
  readonly label: string;
  readonly text: string;
}

const fence = /^```(\S*) ?(.*)\n([\s\S]*?)^```$/gm;

export function readPage(file: string): Page {
  return { file, text: readFileSync(file, 'utf8') };
}

/** Returns the pages that match a glob pattern, sorted by path. */
export function readPages(pattern: string): Page[] {
  return globSync(pattern).toSorted().map(readPage);
}

/** Returns the cells of a table, row by row, without its header: the table with this number under a level-2 heading. */
export function readTable({ text }: Page, heading: string, number = 0): string[][] {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? text;
  const tables = section.split(/\n\n/).filter((block) => block.startsWith('|'));
  const rows = (tables[number] ?? '').trim().split('\n').slice(2);
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

export function readCodeBlocks({ text }: Page): CodeBlock[] {
  return [...text.matchAll(fence)].map(([, language = '', label = '', content = '']) => ({
    language,
    label,
    text: content,
  }));
}

/** Returns the texts between backticks, those in code blocks excluded. */
export function readInlineCode({ text }: Page): string[] {
  return [...text.replaceAll(fence, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** Returns the targets of relative links: a path, an anchor, or both. */
export function readRelativeLinks({ text }: Page): string[] {
  const links = text.replaceAll(fence, '').matchAll(/\]\(([^)\s]+)\)/g);
  return [...links].map(([, target = '']) => target).filter((target) => !/^\w+:/.test(target));
}

/** Returns the anchors of the headings, as GitHub generates them. */
export function readAnchors({ text }: Page): string[] {
  return [...text.replaceAll(fence, '').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

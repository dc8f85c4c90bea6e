/** Reads a template and finds the lines of its parts, so that errors can name them. */
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  Composer,
  type CST,
  type Document,
  isMap,
  isNode,
  isScalar,
  Lexer,
  LineCounter,
  Parser,
  parseDocument,
} from 'yaml';
import { UserError } from '../user-error.ts';

/** The sections whose members errors of CloudFormation name. */
const namedSections = ['Outputs', 'Conditions', 'Parameters', 'Mappings', 'Resources'] as const;

/** A parsed template. */
export class TemplateFile {
  readonly path: string;
  readonly document: Document;
  readonly #lines: LineCounter;

  constructor(path: string, document: Document, lines: LineCounter) {
    this.path = path;
    this.document = document;
    this.#lines = lines;
  }

  /** Returns the line of a member of a section, such as `['Parameters', 'LogLevel']`; undefined if there is none. */
  findLine(path: readonly [section: string, name: string]): number | undefined {
    const section = this.document.get(path[0]);
    if (!isMap(section)) return undefined;
    const pair = section.items.find(({ key }) => isScalar(key) && key.value === path[1]);
    const range = pair && isNode(pair.key) ? pair.key.range : undefined;
    return range ? this.#lines.linePos(range[0]).line : undefined;
  }

  /**
   * Returns the first part of the template that a message names, with its line; undefined if there is none. SAM derives the names
   * of further resources from the name of theirs.
   */
  findNamed(message: string): { field: string; line: number } | undefined {
    const words = [...message.matchAll(/[A-Za-z][A-Za-z0-9]*/g)].map(([word]) => word);
    for (const matches of [isSame, isDerived]) {
      for (const section of namedSections) {
        const name = this.#listNames(section).find((known) =>
          words.some((word) => matches(word, known)),
        );
        const line = name === undefined ? undefined : this.findLine([section, name]);
        if (line !== undefined) return { field: `${section}.${name}`, line };
      }
    }
    return undefined;
  }

  #listNames(section: string): string[] {
    const map = this.document.get(section);
    return isMap(map) ? map.items.map(({ key }) => String(key)) : [];
  }

  /** Returns the position of a line for a message: `template.yaml:13`. */
  at(line: number | undefined): string {
    return line === undefined ? basename(this.path) : `${basename(this.path)}:${line}`;
  }
}

const isSame = (word: string, known: string) => word === known;
const isDerived = (word: string, known: string) => word.startsWith(known);

let lastRead: { readonly text: string; readonly template: TemplateFile } | undefined;

/**
 * Reads and parses a template. Returns the same object again if the file has not changed, because parsing takes longer than most of a
 * plan: the document must not be changed. Throws UserError with the line if the file is missing or is not valid YAML.
 */
export function readTemplate(path: string): TemplateFile {
  const text = readText(path);
  return findLastRead(path, text) ?? keep(text, parseTemplate(path, text));
}

/** Number of lexemes that are parsed without a pause for other work. */
const maxUninterrupted = 1000;

/**
 * Reads a template like `readTemplate`, for the console, which checks it periodically: parsing takes longer than a key may wait. Pauses
 * for other work.
 */
export async function readTemplateInBackground(path: string): Promise<TemplateFile> {
  const text = readText(path);
  const known = findLastRead(path, text);
  if (known) return known;
  const lines = new LineCounter();
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tokens: CST.Token[] = [];
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    count += 1;
    if (count % maxUninterrupted === 0) await setImmediate();
  }
  tokens.push(...parser.end());
  const [document] = new Composer({ logLevel: 'error' }).compose(tokens, true, text.length);
  if (!document) throw new Error('a composed text is at least one document');
  return keep(text, toTemplate(path, document, lines));
}

function findLastRead(path: string, text: string): TemplateFile | undefined {
  return lastRead?.text === text && lastRead.template.path === path ? lastRead.template : undefined;
}

function keep(text: string, template: TemplateFile): TemplateFile {
  lastRead = { text, template };
  return template;
}

function parseTemplate(path: string, text: string): TemplateFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { logLevel: 'error', lineCounter: lines });
  return toTemplate(path, document, lines);
}

/** Throws UserError with the line if the document is no template. */
function toTemplate(path: string, document: Document, lines: LineCounter): TemplateFile {
  const template = new TemplateFile(path, document, lines);
  const [error] = document.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    const [reason = ''] = error.message.split('\n');
    const text = reason.replace(/ at line \d+, column \d+:?$/, '').replace(/:$/, '');
    throw invalidTemplate(`${template.at(line)}:${col} is not valid YAML: ${text}`, line);
  }
  if (!isMap(document.contents) || !isMap(document.get('Resources'))) {
    throw invalidTemplate(`${basename(path)} has no section Resources`, 1);
  }
  return template;
}

function invalidTemplate(problem: string, line: number): UserError {
  return new UserError(`${problem}.`, {
    hint: `correct line ${line} of the template`,
    code: 'InvalidTemplate',
    place: { field: 'template', line },
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UserError(`${dirname(path)} does not contain ${basename(path)}.`, {
      hint: 'run orders in the project directory',
      exit: 3,
      code: 'NoTemplate',
      cause,
    });
  }
}

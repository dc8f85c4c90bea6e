import { invalid } from '../errors.ts';
import type { Action, Assigned, Parsed } from './ast.ts';
import { parseAll, readOperand, readPath } from './parser.ts';
import type { TokenReader } from './tokens.ts';

const sections = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;
type Section = (typeof sections)[number];

/** Parses an update expression. */
export function parseUpdate(text: string): Parsed<Action[]> {
  return parseAll(text, (reader: TokenReader) => {
    const seen = new Set<Section>();
    const actions: Action[] = [];
    do {
      const section = sections.find((name) => reader.isWord(name));
      if (!section) reader.fail();
      reader.advance();
      if (seen.has(section)) {
        throw invalid(`The "${section}" section can only be used once in an update expression;`);
      }
      seen.add(section);
      do actions.push(readAction(reader, section));
      while (reader.takeSign(','));
    } while (reader.next.kind !== 'end');
    return actions;
  });
}

function readAction(reader: TokenReader, section: Section): Action {
  const path = readPath(reader);
  if (section === 'REMOVE') return { kind: section, path };
  if (section === 'SET') {
    reader.expectSign('=');
    return { kind: section, path, value: readSum(reader) };
  }
  if (reader.next.kind !== 'value') reader.fail();
  return { kind: section, path, value: reader.advance().text };
}

function readSum(reader: TokenReader): Assigned {
  const left = readTerm(reader);
  const sign = reader.takeSign('+') ? 1 : reader.takeSign('-') ? -1 : undefined;
  return sign === undefined ? left : { kind: 'sum', sign, left, right: readTerm(reader) };
}

function readTerm(reader: TokenReader): Assigned {
  if (!reader.takeSign('(')) return readOperand(reader);
  return reader.nested(() => {
    const inner = readSum(reader);
    reader.expectSign(')');
    return inner;
  });
}

import { isNode, Pair, parseDocument, Scalar, type Tags, YAMLMap, type YAMLSeq } from 'yaml';
import { invalid } from '../query-protocol.ts';

const functions = [
  'Sub',
  'GetAtt',
  'Join',
  'If',
  'Equals',
  'Not',
  'And',
  'Or',
  'Select',
  'Split',
  'FindInMap',
  'Base64',
  'ImportValue',
  'GetAZs',
  'Cidr',
  'Transform',
  'Contains',
  'EachMemberEquals',
  'EachMemberIn',
  'RefAll',
  'ValueOf',
  'ValueOfAll',
];

/** Number of texts whose values are kept: an update compares the templates of before and after. */
const maxKept = 2;
/** The values of the texts that were parsed last. A deployment parses its template about ten times, and parsing takes 50 ms. */
const kept = new Map<string, unknown>();

/**
 * Parses a template in YAML or JSON. Short forms (`!Ref`) become long forms (`{ Ref }`). The caller may change the value. Throws
 * ValidationError if the text is not valid.
 */
export function parseYaml(text: string): unknown {
  const value = kept.has(text) ? kept.get(text) : parse(text);
  kept.delete(text);
  kept.set(text, value);
  for (const oldest of [...kept.keys()].slice(0, -maxKept)) kept.delete(oldest);
  return structuredClone(value);
}

function parse(text: string): unknown {
  const document = parseDocument(text, { customTags: [...listTags()] as Tags, merge: true });
  const [error] = document.errors;
  if (error) throw invalid(`Template format error: ${error.message}`);
  const value = convert(document);
  checkSize(value, 0, { values: 0 });
  return value;
}

/** Maximum number of nested values. Real templates have about 20. */
const maxLevels = 100;
/** Maximum number of values, each alias counted with its content. A template of 1 MB has fewer. */
const maxValues = 500_000;

/** Returns the document's value. Throws ValidationError if its aliases multiply. */
function convert(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 1000 });
  } catch (error) {
    const reason =
      error instanceof ReferenceError ? error.message : 'the values are nested too deeply';
    throw invalid(`Template format error: ${reason}`);
  }
}

/** Throws ValidationError if a value is too deep or too large. Aliases share their content, so a small text can be a large value. */
function checkSize(value: unknown, level: number, count: { values: number }): void {
  if (level > maxLevels) {
    throw invalid(`Template format error: more than ${maxLevels} nested values`);
  }
  count.values += 1;
  if (count.values > maxValues) {
    throw invalid(`Template format error: more than ${maxValues} values`);
  }
  if (typeof value !== 'object' || value === null) return;
  for (const member of Object.values(value)) checkSize(member, level + 1, count);
}

function* listTags() {
  for (const name of [...functions, 'Ref', 'Condition']) {
    const fullName = functions.includes(name) ? `Fn::${name}` : name;
    yield {
      tag: `!${name}`,
      resolve: (text: string) => ({
        [fullName]: name === 'GetAtt' ? splitAttribute(text) : text,
      }),
    };
    for (const collection of ['seq', 'map'] as const) {
      yield {
        tag: `!${name}`,
        collection,
        resolve(value: YAMLSeq | YAMLMap) {
          const map = new YAMLMap();
          map.items.push(new Pair(new Scalar(fullName), isNode(value) ? removeTag(value) : value));
          return map;
        },
      };
    }
  }
}

function removeTag<T extends YAMLSeq | YAMLMap>(value: T): T {
  delete value.tag;
  return value;
}

function splitAttribute(text: string): string[] {
  const dot = text.indexOf('.');
  return [text.slice(0, dot), text.slice(dot + 1)];
}

import { isNode, Pair, parseDocument, Scalar, type Tags, YAMLMap, type YAMLSeq } from 'yaml';
import { invalid } from './query-protocol.ts';

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
];

/** Parses a template in YAML or JSON. Short forms (`!Ref`) become long forms (`{ Ref }`). */
export function parseYaml(text: string): unknown {
  const document = parseDocument(text, { customTags: [...listTags()] as Tags, merge: true });
  const [error] = document.errors;
  if (error) throw invalid(`Template format error: ${error.message}`);
  return document.toJS({ maxAliasCount: 1000 });
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

/** YAML output: the same document as with `--json`. */
import { Document, Scalar, visit } from 'yaml';
import { buildDocument, type Envelope, escapeControls } from './json-output.ts';

/**
 * Returns the document of a successful command as YAML. Control characters and bidirectional marks are escaped, as in JSON. YAML has
 * escapes only in text with double quotes.
 */
export function formatYamlDocument(envelope: Envelope): string {
  const document = new Document(buildDocument(envelope), {
    aliasDuplicateObjects: false,
    compat: 'yaml-1.1',
  });
  visit(document, {
    Scalar(_key, node) {
      const { value } = node;
      if (typeof value === 'string' && escapeControls(value) !== value)
        node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return escapeControls(document.toString({ lineWidth: 0 }));
}

/**
 * The id of a callback: finds its operation without any other input. Base64 as in Lambda; the text is padded and of
 * letters, digits, `_`, `-`, `:` and ` ` alone, so that none of `+`, `/` and `=` comes out, which hurt in a shell.
 */
export function callbackIdOf(execution: string, operation: string): string {
  const text = `${execution}:${operation}`;
  return Buffer.from(text.padEnd(Math.ceil(text.length / 3) * 3)).toString('base64');
}

/** What `callbackIdOf` made an id of; undefined when it did not make it. */
export function readCallbackId(
  id: string,
): { readonly execution: string; readonly operation: string } | undefined {
  const text = Buffer.from(id, 'base64').toString('latin1');
  const [, execution = '', operation = ''] = /^([\w-]+):([\w-]+) {0,2}$/.exec(text) ?? [];
  return callbackIdOf(execution, operation) === id ? { execution, operation } : undefined;
}

/**
 * Returns the id of a callback, which contains its execution and operation. It is base64 as in Lambda. The text before encoding is
 * padded and has only word characters, `-`, `:` and spaces, so that the id contains no `+`, `/` or `=` and needs no quotes in a shell.
 */
export function createCallbackId(execution: string, operation: string): string {
  const text = `${execution}:${operation}`;
  return Buffer.from(text.padEnd(Math.ceil(text.length / 3) * 3)).toString('base64');
}

/** Returns the execution and operation of a callback id, or undefined if `createCallbackId` did not create it. */
export function parseCallbackId(
  id: string,
): { readonly execution: string; readonly operation: string } | undefined {
  const text = Buffer.from(id, 'base64').toString('latin1');
  const [, execution = '', operation = ''] = /^([\w-]+):([\w-]+) {0,2}$/.exec(text) ?? [];
  return createCallbackId(execution, operation) === id ? { execution, operation } : undefined;
}

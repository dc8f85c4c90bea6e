import { Writable } from 'node:stream';

/** Returns a terminal of this width. It has no colors unless they are requested, and discards its output. */
export function createFakeTerminal(
  columns: number,
  { colors = false }: { readonly colors?: boolean } = {},
): NodeJS.WriteStream {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  const getColorDepth = () => (colors ? 4 : 1);
  return Object.assign(stream, { isTTY: true, columns, getColorDepth }) as never;
}

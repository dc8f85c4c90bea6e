import { Writable } from 'node:stream';

/** Returns a terminal of this width. It has no colors unless 16 (`true`) or a depth in bits is requested, and discards its output. */
export function createFakeTerminal(
  columns: number,
  { colors = false }: { readonly colors?: boolean | number } = {},
): NodeJS.WriteStream {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  const getColorDepth = () => (typeof colors === 'number' ? colors : colors ? 4 : 1);
  return Object.assign(stream, { isTTY: true, columns, getColorDepth }) as never;
}

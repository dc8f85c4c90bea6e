import { Writable } from 'node:stream';

/** Returns a terminal of this width without colors. It discards its output. */
export function createFakeTerminal(columns: number): NodeJS.WriteStream {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  return Object.assign(stream, { isTTY: true, columns, getColorDepth: () => 1 }) as never;
}

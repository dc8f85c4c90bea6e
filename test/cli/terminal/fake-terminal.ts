import { Writable } from 'node:stream';

/** A terminal so wide, without colours. */
export function terminal(columns: number): NodeJS.WriteStream {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  return Object.assign(stream, { isTTY: true, columns, getColorDepth: () => 1 }) as never;
}

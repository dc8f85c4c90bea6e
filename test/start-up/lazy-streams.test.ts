import { expect, it } from 'vitest';
import { ReadableStream as LazyStream } from '../../scripts/lazy-streams.ts';

it("creates Node's web streams and recognizes them", () => {
  const stream = new LazyStream();
  expect(stream).toBeInstanceOf(globalThis.ReadableStream);
  expect(stream instanceof LazyStream).toBe(true);
  expect(new globalThis.ReadableStream() instanceof LazyStream).toBe(true);
  for (const other of [undefined, null, 'text', {}, new Uint8Array(1), new WritableStream()]) {
    expect((other as unknown) instanceof LazyStream).toBe(false);
  }
});

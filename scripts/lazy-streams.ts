/**
 * Stands for the global `ReadableStream` in the bundle. Node loads its web streams as soon as that name is evaluated, and the SDK
 * compares every body with it. Here they are loaded when such a stream is created, which no request to AWS does.
 */
export const ReadableStream: typeof globalThis.ReadableStream = new Proxy(
  class {} as typeof globalThis.ReadableStream,
  {
    construct: (_, settings) => new globalThis.ReadableStream(...settings),
    get: (target, key) =>
      key === Symbol.hasInstance
        ? (value: unknown) => Object(value)[Symbol.toStringTag] === 'ReadableStream'
        : Reflect.get(target, key),
  },
);

import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

const streamingMark = Symbol.for('aws.lambda.runtime.handler.streaming');
/** Separates the metadata of an HTTP response from its body. */
const preludeEnd = Buffer.alloc(8);

type StreamingHandler = (
  event: unknown,
  responseStream: ResponseStream,
  context: unknown,
) => unknown;

/** Collects the chunks that a streaming handler writes. `Invoke` returns them as one payload. */
class ResponseStream extends Writable {
  readonly #chunks: Buffer[] = [];
  #prelude: Buffer | undefined;

  override _write(chunk: Buffer | string, _encoding: string, done: () => void): void {
    if (this.#prelude) this.#chunks.push(this.#prelude, preludeEnd);
    this.#prelude = undefined;
    this.#chunks.push(Buffer.from(chunk));
    done();
  }

  /** Sets the content type of the response. `Invoke` does not return it. */
  setContentType(_type: string): void {}

  /** Sets the metadata that precedes the first chunk. */
  setPrelude(metadata: unknown): void {
    this.#prelude = Buffer.from(JSON.stringify(metadata));
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}

/** Defines the global `awslambda`, which marks handlers whose response is streamed. */
export function defineStreamingGlobal(): void {
  const global = globalThis as { awslambda?: unknown };
  global.awslambda = {
    streamifyResponse(handler: StreamingHandler, options: unknown = {}): StreamingHandler {
      return Object.assign(handler, { [streamingMark]: 'response', options });
    },
    HttpResponseStream: {
      from(stream: ResponseStream, metadata: unknown): ResponseStream {
        stream.setPrelude(metadata);
        return stream;
      },
    },
  };
}

/** Returns whether a handler was passed through `awslambda.streamifyResponse`. */
export function isStreaming(handler: object): boolean {
  return streamingMark in handler;
}

/** Runs a streaming handler and returns everything that it wrote. Its return value is ignored, as in Lambda. */
export async function collectStream(
  handler: (event: unknown, ...rest: unknown[]) => unknown,
  event: unknown,
  context: unknown,
): Promise<string> {
  const stream = new ResponseStream();
  const written = finished(stream);
  // A stream that fails while the handler runs is reported below.
  written.catch(() => {});
  await handler(event, stream, context);
  await written;
  return stream.text();
}

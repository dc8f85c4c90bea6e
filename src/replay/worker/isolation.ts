/** Blocks everything that a handler could do outside its process, and routes requests to Lambda to `respond`. */
import { EventEmitter } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { Readable } from 'node:stream';

/** Host name of the Lambda endpoint that the worker answers itself. No request to it leaves the process. */
export const lambdaHost = 'lambda.replay.invalid';

export interface LocalRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

export interface LocalResponse {
  readonly status: number;
  readonly body: string;
}

type Respond = (request: LocalRequest) => Promise<LocalResponse>;

/** Attempts to reach something outside the process, by address. */
export const blockedCalls: string[] = [];

function block(address: string): never {
  blockedCalls.push(address);
  throw new Error(`A replay does not call ${address}`);
}

/** Replaces the network of this process. `respond` handles the requests to Lambda. */
export function isolateNetwork(respond: Respond): void {
  const request = (options: http.RequestOptions, onResponse?: (response: Readable) => void) => {
    const host = options.hostname ?? options.host ?? '';
    if (host !== lambdaHost) block(host);
    const local = new LocalClientRequest(options, respond);
    if (onResponse) local.once('response', onResponse);
    return local;
  };
  Object.assign(http, { request, get: request });
  Object.assign(https, { request, get: request });
  net.Socket.prototype.connect = (...[target]: unknown[]) => block(describeTarget(target));
  globalThis.fetch = (target) => block(toUrl(target));
  syncBuiltinESMExports();
}

function toUrl(target: string | URL | Request): string {
  return target instanceof Request ? target.url : target.toString();
}

function describeTarget(target: unknown): string {
  const { host, path } = (
    Array.isArray(target) ? target[0] : target
  ) as net.TcpSocketConnectOpts & {
    path?: string;
  };
  return path ?? host ?? 'an address';
}

/** Stands in for the request of Node that the SDK's HTTP handler writes to. */
class LocalClientRequest extends EventEmitter {
  readonly #options: http.RequestOptions;
  readonly #respond: Respond;
  #body = '';
  /** The SDK's handler waits for a connection unless the request has a connected socket. */
  readonly socket = new ConnectedSocket();

  constructor(options: http.RequestOptions, respond: Respond) {
    super();
    this.#options = options;
    this.#respond = respond;
  }

  write(chunk: string | Uint8Array): boolean {
    this.#body += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return true;
  }

  end(chunk?: string | Uint8Array): this {
    if (chunk !== undefined) this.write(chunk);
    const { method = 'GET', path = '/' } = this.#options;
    setImmediate(() => void this.#answer({ method, path: String(path), body: this.#body }));
    return this;
  }

  async #answer(request: LocalRequest): Promise<void> {
    const { status, body } = await this.#respond(request);
    const headers = { 'content-type': 'application/json' };
    const response = Readable.from([Buffer.from(body)]);
    this.emit('response', Object.assign(response, { statusCode: status, headers }));
  }

  setTimeout(): this {
    return this;
  }

  destroy(): this {
    return this;
  }
}

class ConnectedSocket extends EventEmitter {
  readonly connecting = false;
  readonly writable = true;
  setKeepAlive(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }
}

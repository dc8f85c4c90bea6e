/** A fake AWS endpoint over HTTP, whose responses are given by the test. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClients } from '../../src/aws/clients.ts';
import type { Target } from '../../src/environment/target.ts';
import { findProjectCredentials } from '../../src/local/runtime/project-credentials.ts';
import { stateDirectory } from '../../src/local/runtime/state-file.ts';
import { testCredentials } from '../support/credentials.ts';

export interface Call {
  /** Name of the operation: `POST /path`, `DynamoDB GetItem` or `Action DescribeStacks`. */
  readonly name: string;
  readonly query: URLSearchParams;
  /** Access key that signed the request. */
  readonly accessKeyId: string | undefined;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: string;
}

/** Starts a server that responds with `answer` and records the received calls. */
export async function fakeAws(answer: (call: Call) => Answer) {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString();
      const target = request.headers['x-amz-target'];
      const action = /(?:^|&)Action=(\w+)/.exec(body)?.[1];
      const [path, search] = decodeURIComponent(request.url ?? '').split('?');
      const name =
        typeof target === 'string'
          ? `DynamoDB ${target.split('.')[1]}`
          : action
            ? `Action ${action}`
            : `${request.method} ${path}`;
      const { authorization = '' } = request.headers;
      const accessKeyId = /Credential=(\w+)/.exec(authorization)?.[1];
      const call = { name, query: new URLSearchParams(search), accessKeyId, body };
      calls.push(call);
      const { status = 200, headers = {}, body: text } = answer(call);
      response.writeHead(status, headers).end(text);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    calls,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Returns a target with clients for `url` and files in `root`. If a runtime has run there, the clients have its credentials. */
export function fakeTarget(url: string, root: string, more: Partial<Target> = {}): Target {
  const credentials = findProjectCredentials(stateDirectory(root)) ?? testCredentials;
  return {
    environment: { name: 'fake', region: 'us-east-2', stack: 'orders-test' },
    root,
    clients: createClients({ region: 'us-east-2', endpoint: url, credentials, maxAttempts: 1 }),
    endpoint: url,
    timeScale: 60,
    pollMs: 2,
    autoDeploys: false,
    label: 'fake',
    envFlag: '-e fake',
    warnings: [],
    ...more,
  };
}

/** Returns a response of CloudFormation, STS or another service with the query protocol. */
export function xml(action: string, result: string): Answer {
  return {
    headers: { 'content-type': 'text/xml' },
    body: `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`,
  };
}

/** Returns an error response of the query protocol. */
export function xmlError(code: string, message: string): Answer {
  const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
  return { status: 400, headers: { 'content-type': 'text/xml' }, body };
}

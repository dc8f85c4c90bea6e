import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetDurableExecutionHistoryCommand,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { startClock } from '../../../src/local/clock.ts';
import { createEvents } from '../../../src/local/events/service.ts';
import { createLambda } from '../../../src/local/lambda/service.ts';
import { createLogs } from '../../../src/local/logs/service.ts';
import { createQueues } from '../../../src/local/sqs/service.ts';
import { openStore } from '../../../src/local/store/store.ts';
import { serve } from '../../../src/local/wire/server.ts';

interface Options {
  readonly speed?: number;
  /** Where an earlier one kept its state; it goes on from there. */
  readonly directory?: string;
}

/** A Lambda of its own, with functions whose code is given as text. */
export async function aLambda({ speed = 1, directory: given }: Options = {}) {
  const directory = given ?? mkdtempSync(join(tmpdir(), 'lambda-'));
  const store = openStore(join(directory, 'state.sqlite'));
  const clock = startClock({ from: 0, speed });
  let url = '';
  const logs = createLogs({ store });
  const region = 'us-east-2';
  const queues = createQueues({ store, region, url: () => url });
  const events = createEvents({ store, region, queues });
  const endpoint = () => url;
  const lambda = createLambda({ store, clock, logs, directory, events, queues, endpoint });
  const services = [lambda.service, logs.service, queues.service];
  const server = await serve({ services, store, port: 0 });
  url = server.url;
  lambda.start();
  events.start(lambda);
  const config = {
    region: 'us-east-2',
    endpoint: url,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  };
  const client = new LambdaClient(config);

  interface Put {
    readonly code: string;
    readonly timeout?: number;
    /** Seconds an execution may take; absent for a function that is not durable. */
    readonly durable?: number;
    readonly deadLetterArn?: string;
    readonly logFormat?: 'JSON' | 'Text';
    /** MB. */
    readonly memory?: number;
  }

  /** Makes a function, and version 1 of it. */
  function put(name: string, { code, timeout = 20, durable, deadLetterArn, ...more }: Put): void {
    const bytes = Buffer.from(zipSync({ 'index.mjs': Buffer.from(code) }));
    lambda.put({
      name,
      description: '',
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      role: 'r',
      timeout,
      memory: more.memory ?? 256,
      environment: {},
      code: bytes,
      logFormat: more.logFormat ?? 'JSON',
      logGroup: `/${name}`,
      ...(deadLetterArn ? { deadLetterArn } : {}),
      ...(durable ? { durable: { executionTimeout: durable, retentionDays: 1 } } : {}),
    });
    lambda.publish(name);
  }

  /** Starts or runs a function; a durable one in its version 1. */
  const invoke = async (FunctionName: string, more: Partial<InvokeCommand['input']> = {}) => {
    const answer = await client.send(new InvokeCommand({ FunctionName, Qualifier: '1', ...more }));
    return { ...answer, text: Buffer.from(answer.Payload ?? []).toString() };
  };

  const history = async (arn: string | undefined, more: object = {}) => {
    const command = new GetDurableExecutionHistoryCommand({ DurableExecutionArn: arn, ...more });
    return client.send(command);
  };

  return {
    directory,
    store,
    clock,
    events,
    queues,
    functions: lambda,
    client,
    config,
    put,
    remove: (name: string) => lambda.remove(name),
    running: () => lambda.running(),
    invoke,
    history,
    async close({ keep = false } = {}) {
      await server.close();
      events.close();
      await lambda.close();
      clock.close();
      store.close();
      if (!keep) rmSync(directory, { recursive: true, force: true });
    },
  };
}

export interface Invoked {
  readonly DurableExecutionArn: string;
  readonly CheckpointToken: string;
  readonly InitialExecutionState: { Operations: { Id: string }[]; NextMarker: string };
}

/**
 * A durable handler that the test plays: each invocation hands its event to `next()`, and returns what the test answers.
 */
export async function aPlayedHandler() {
  const waiting: ((invocation: { event: Invoked; answer: (envelope: object) => void }) => void)[] =
    [];
  const arrived: { event: Invoked; answer: (envelope: object) => void }[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += String(chunk);
    });
    request.on('end', () => {
      const answer = (envelope: object) => void response.end(JSON.stringify(envelope));
      const invocation = { event: JSON.parse(text) as Invoked, answer };
      const taker = waiting.shift();
      if (taker) taker(invocation);
      else arrived.push(invocation);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const code = `export const handler = async (event) =>
    (await fetch('${url}', { method: 'POST', body: JSON.stringify(event) })).json();`;
  return {
    code,
    next: () =>
      new Promise<{ event: Invoked; answer: (envelope: object) => void }>((resolve) => {
        const ready = arrived.shift();
        if (ready) resolve(ready);
        else waiting.push(resolve);
      }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
